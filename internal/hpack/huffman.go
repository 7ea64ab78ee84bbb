package hpack

import (
	"sync"

	"golang.org/x/net/http2/hpack"
)

// A huffmanEntry says what the next eight bits of a code mean: a symbol, whose
// code has bits of them, or the table for the eight bits that follow.
type huffmanEntry struct {
	symbol byte
	bits   uint8 // 0 if the code is longer
	next   uint8 // table; 0 if no code begins so
}

type huffmanTable [256]huffmanEntry

// huffmanTables returns the tables of the code; the first one is its root.
var huffmanTables = sync.OnceValue(func() []huffmanTable {
	tables := make([]huffmanTable, 1)
	for symbol := range 256 {
		code, bits := huffmanCode(byte(symbol))
		at := 0
		for ; bits > 8; bits -= 8 {
			entry := &tables[at][byte(code>>(bits-8))]
			if entry.next == 0 {
				entry.next = uint8(len(tables))
				at = len(tables)
				tables = append(tables, huffmanTable{}) // entry is invalid from here on
				continue
			}
			at = int(entry.next)
		}
		first := int(byte(code << (8 - bits)))
		for i := range 1 << (8 - bits) {
			tables[at][first+i] = huffmanEntry{symbol: byte(symbol), bits: uint8(bits)}
		}
	}
	return tables
})

// huffmanCode returns the code of a symbol and its length in bits. It encodes
// the symbol eight times, which takes as many bytes as the code has bits.
func huffmanCode(symbol byte) (code uint32, bits int) {
	eight := [8]byte{}
	for i := range eight {
		eight[i] = symbol
	}
	encoded := hpack.AppendHuffmanString(nil, string(eight[:]))
	bits = len(encoded)
	for i := range 4 {
		code <<= 8
		if i < len(encoded) {
			code |= uint32(encoded[i])
		}
	}
	return code >> (32 - bits), bits
}

// appendHuffman appends the decoded text to dst (RFC 7541, 5.2).
func appendHuffman(dst, text []byte) ([]byte, error) {
	tables := huffmanTables()
	table := &tables[0]
	pending, bits := uint64(0), uint(0)
	for _, b := range text {
		pending, bits = pending<<8|uint64(b), bits+8
		for bits >= 8 {
			entry := table[byte(pending>>(bits-8))]
			switch {
			case entry.bits > 0:
				dst = append(dst, entry.symbol)
				bits -= uint(entry.bits)
				table = &tables[0]
			case entry.next > 0:
				bits -= 8
				table = &tables[entry.next]
			default:
				return dst, errHuffman
			}
		}
	}
	for bits > 0 {
		entry := table[byte(pending<<(8-bits))]
		if entry.bits == 0 || uint(entry.bits) > bits {
			break
		}
		dst = append(dst, entry.symbol)
		bits -= uint(entry.bits)
		table = &tables[0]
	}
	padding := uint64(1)<<bits - 1
	if table != &tables[0] || pending&padding != padding { // it must be shorter than a byte, and all ones
		return dst, errHuffman
	}
	return dst, nil
}
