package hpack

import "bytes"

// A Sink takes the fields of a block in their order.
type Sink interface {
	// Field takes a field. Name and value are valid until it returns.
	Field(name, value []byte)
}

// A Decoder decodes the blocks that one side of a connection sends. It is not
// safe for concurrent use. Once its buffers have grown it allocates nothing.
type Decoder struct {
	static      *staticTable
	table       table
	name, value []byte // of the current literal
	memos       []memo // by place in the block
}

const (
	maxMemos = 32  // places of a block that are remembered
	maxMemo  = 256 // bytes of a field, coded
)

// A memo is a literal as it was decoded last. Most responses of a server have
// the same literals at the same places, so comparing one costs less than
// decoding it.
type memo struct {
	coded []byte // the whole field
	text  []byte // name and value
	name  int    // length
}

// remember keeps a literal for the next block.
func (d *Decoder) remember(place int, coded, name, value []byte) {
	if place >= maxMemos || len(coded) > maxMemo {
		return
	}
	for place >= len(d.memos) {
		d.memos = append(d.memos, memo{})
	}
	m := &d.memos[place]
	m.coded = append(m.coded[:0], coded...)
	m.text = append(append(m.text[:0], name...), value...)
	m.name = len(name)
}

// recall returns the literal at the start of a block if it is the one of the
// last block at this place.
func (d *Decoder) recall(place int, block []byte) *memo {
	if place < len(d.memos) {
		if m := &d.memos[place]; len(m.coded) > 0 && bytes.HasPrefix(block, m.coded) {
			return m
		}
	}
	return nil
}

// NewDecoder returns a Decoder whose table has the default size. The other side
// may make it smaller.
func NewDecoder() *Decoder { return &Decoder{static: static(), table: table{max: TableSize}} }

// Decode decodes a whole block. After an error the connection cannot continue,
// because the tables of both sides may differ.
func (d *Decoder) Decode(block []byte, to Sink) error {
	for place := 0; len(block) > 0; place++ {
		var err error
		switch first := block[0]; {
		case first&0x80 != 0:
			block, err = d.decodeIndexed(block, to)
		case first&0xc0 == 0x40:
			block, err = d.decodeLiteral(block, 6, place, to)
		case first&0xe0 == 0x20:
			if place > 0 {
				return errUpdate
			}
			place--
			block, err = d.decodeUpdate(block)
		default: // never indexed, or not
			block, err = d.decodeLiteral(block, 4, place, to)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// decodeIndexed decodes a field that is in a table (RFC 7541, 6.1).
func (d *Decoder) decodeIndexed(block []byte, to Sink) ([]byte, error) {
	index, block, err := readInteger(block, 7)
	if err != nil {
		return nil, err
	}
	name, value, found := d.lookUp(index)
	if !found {
		return nil, errIndex
	}
	to.Field(name, value)
	return block, nil
}

// lookUp returns an entry of the static or the dynamic table.
func (d *Decoder) lookUp(index int) (name, value []byte, found bool) {
	switch {
	case index == 0:
		return nil, nil, false
	case index <= staticLength:
		return d.static[index].name, d.static[index].value, true
	default:
		return d.table.at(index - staticLength - 1)
	}
}

// decodeLiteral decodes a field whose value, and perhaps name, is in the block
// (RFC 7541, 6.2). With a prefix of 6 bits it is added to the table.
func (d *Decoder) decodeLiteral(block []byte, prefix, place int, to Sink) ([]byte, error) {
	added := prefix == 6
	if m := d.recall(place, block); m != nil {
		d.take(m.text[:m.name], m.text[m.name:], added, to)
		return block[len(m.coded):], nil
	}
	index, rest, err := readInteger(block, prefix)
	if err != nil {
		return nil, err
	}
	var name, value []byte
	if index == 0 {
		name, rest, err = readText(rest, &d.name)
		if err != nil {
			return nil, err
		}
	} else {
		found := false
		if name, _, found = d.lookUp(index); !found {
			return nil, errIndex
		}
		if added && index > staticLength {
			d.name = append(d.name[:0], name...) // adding moves what is in the table
			name = d.name
		}
	}
	if value, rest, err = readText(rest, &d.value); err != nil {
		return nil, err
	}
	if index <= staticLength { // another block may mean another name by an index of the dynamic table
		d.remember(place, block[:len(block)-len(rest)], name, value)
	}
	d.take(name, value, added, to)
	return rest, nil
}

// take hands on a literal and adds it to the table.
func (d *Decoder) take(name, value []byte, added bool, to Sink) {
	to.Field(name, value)
	if added {
		d.table.add(name, value)
	}
}

// decodeUpdate decodes a change of the dynamic table's size (RFC 7541, 6.3).
func (d *Decoder) decodeUpdate(block []byte) ([]byte, error) {
	size, block, err := readInteger(block, 5)
	if err != nil {
		return nil, err
	}
	if size > TableSize {
		return nil, errUpdate
	}
	d.table.resize(size)
	return block, nil
}

// readInteger reads a number whose first bits are the last prefix bits of a
// byte (RFC 7541, 5.1).
func readInteger(block []byte, prefix int) (n int, rest []byte, err error) {
	if len(block) == 0 {
		return 0, nil, errTruncated
	}
	limit := 1<<prefix - 1
	n = int(block[0]) & limit
	block = block[1:]
	if n < limit {
		return n, block, nil
	}
	for shift := 0; shift <= 21; shift += 7 {
		if len(block) == 0 {
			return 0, nil, errTruncated
		}
		b := block[0]
		block = block[1:]
		n += int(b&0x7f) << shift
		if b&0x80 == 0 {
			return n, block, nil
		}
	}
	return 0, nil, errInteger
}

// readText reads a text (RFC 7541, 5.2). It decodes a coded one into the buffer.
func readText(block []byte, buffer *[]byte) (text, rest []byte, err error) {
	if len(block) == 0 {
		return nil, nil, errTruncated
	}
	coded := block[0]&0x80 != 0
	length, block, err := readInteger(block, 7)
	if err != nil {
		return nil, nil, err
	}
	if length > len(block) {
		return nil, nil, errTruncated
	}
	text, rest = block[:length], block[length:]
	if coded {
		*buffer, err = appendHuffman((*buffer)[:0], text)
		text = *buffer
	}
	return text, rest, err
}
