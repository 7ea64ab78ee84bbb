// Package hpack codes the heads of HTTP/2 messages (RFC 7541).
//
// It decodes without allocation, because a load generator decodes the head of
// every response. Requests are encoded once, field by field; an Encoder makes
// the block of a connection from them. The tables of the standard come from
// golang.org/x/net/http2/hpack, whose decoder is the oracle of the tests.
package hpack

import (
	"errors"
	"sync"

	"golang.org/x/net/http2/hpack"
)

// TableSize is the size of a dynamic table unless settings change it, in bytes
// as RFC 7541, 4.1, counts them.
const TableSize = 4096

// entryOverhead is what an entry takes beside its name and value (RFC 7541,
// 4.1).
const entryOverhead = 32

// staticLength is the number of entries of the static table (RFC 7541,
// appendix A).
const staticLength = 61

// Errors of a block that is not valid. All of them end the connection (RFC
// 7541, 2.2).
var (
	errTruncated = errors.New("a field ends early")
	errInteger   = errors.New("a number is too large")
	errIndex     = errors.New("a field refers to an entry that the table does not have")
	errHuffman   = errors.New("a text has an invalid Huffman code")
	errUpdate    = errors.New("the size of the table is changed within a block, or beyond its limit")
)

// A staticTable is the static table; entry 0 is unused.
type staticTable [staticLength + 1]struct{ name, value []byte }

// static returns the table. It asks the library for each entry once.
var static = sync.OnceValue(func() *staticTable {
	table := new(staticTable)
	decoder := hpack.NewDecoder(TableSize, nil)
	for i := 1; i <= staticLength; i++ {
		fields, err := decoder.DecodeFull([]byte{0x80 | byte(i)})
		if err != nil {
			panic(err)
		}
		table[i].name, table[i].value = []byte(fields[0].Name), []byte(fields[0].Value)
	}
	return table
})
