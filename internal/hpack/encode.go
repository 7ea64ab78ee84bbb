package hpack

import "golang.org/x/net/http2/hpack"

// A Field is a field of a request, encoded once. It is immutable.
type Field struct {
	name, value string
	plain       []byte // as it is sent without the dynamic table
	added       []byte // as it is sent to be added to the table; nil if the static table has it
}

// NewField encodes a field. The name must be in lower case.
func NewField(name, value string) Field {
	f := Field{name: name, value: value}
	known := static()
	byName := 0
	for i := 1; i <= staticLength; i++ {
		if string(known[i].name) != name {
			continue
		}
		if string(known[i].value) == value {
			f.plain = appendInteger(nil, 0x80, 7, i)
			return f
		}
		if byName == 0 {
			byName = i
		}
	}
	var texts []byte
	if byName == 0 {
		texts = appendText(texts, name)
	}
	texts = appendText(texts, value)
	f.plain = append(appendInteger(nil, 0, 4, byName), texts...)
	f.added = append(appendInteger(nil, 0x40, 6, byName), texts...)
	return f
}

// Text returns the name and the value of the field.
func (f Field) Text() (name, value string) { return f.name, f.value }

// Size returns the size of the field as RFC 9113, 6.5.2, counts it.
func (f Field) Size() int { return len(f.name) + len(f.value) + entryOverhead }

// appendInteger appends a number behind the first bits of a byte.
func appendInteger(dst []byte, first byte, prefix, n int) []byte {
	limit := 1<<prefix - 1
	if n < limit {
		return append(dst, first|byte(n))
	}
	dst = append(dst, first|byte(limit))
	for n -= limit; n >= 0x80; n >>= 7 {
		dst = append(dst, byte(n)|0x80)
	}
	return append(dst, byte(n))
}

// appendText appends a text in its shorter form.
func appendText(dst []byte, text string) []byte {
	if coded := int(hpack.HuffmanEncodeLength(text)); coded < len(text) {
		return hpack.AppendHuffmanString(appendInteger(dst, 0x80, 7, coded), text)
	}
	return append(appendInteger(dst, 0, 7, len(text)), text...)
}

// An Encoder makes the blocks of one connection. It adds the fields of the
// first request to the table and none later. So an entry keeps its index, and
// requests that repeat fields are short. It is not safe for concurrent use.
type Encoder struct {
	entries []Field // oldest first
	filled  bool    // no entry is added any more
	reduced bool    // the next block must announce a table without entries
}

// Limit applies the size that the other side allows for the table (RFC 9113,
// 6.5.2). Below the default the table is given up.
func (e *Encoder) Limit(size uint32) {
	if size < TableSize {
		e.entries, e.filled, e.reduced = nil, true, true
	}
}

// AppendBlock appends the block of a request. It reports whether the same
// fields have the same block from now on.
func (e *Encoder) AppendBlock(dst []byte, fields []Field) (block []byte, lasting bool) {
	lasting = true
	if e.reduced {
		dst = append(dst, 0x20)
		e.reduced, lasting = false, false
	}
	size, known := 0, len(e.entries)
	next := 0 // the entry after the last one found, where the next is likely
	for i := range fields {
		f := &fields[i]
		if f.added == nil {
			dst = append(dst, f.plain...)
			continue
		}
		if at := e.find(f, next, known); at >= 0 {
			dst = appendInteger(dst, 0x80, 7, staticLength+known-at)
			next = at + 1
			continue
		}
		if !e.filled && size+f.Size() <= TableSize {
			size += f.Size()
			e.entries = append(e.entries, *f)
			dst = append(dst, f.added...)
			lasting = false
			continue
		}
		dst = append(dst, f.plain...)
	}
	e.filled = true
	return dst, lasting
}

// find returns the place of a field among the known entries, or -1. It begins
// at next.
func (e *Encoder) find(f *Field, next, known int) int {
	for i := range known {
		at := next + i
		if at >= known {
			at -= known
		}
		if entry := &e.entries[at]; entry.value == f.value && entry.name == f.name {
			return at
		}
	}
	return -1
}
