package dataset

import (
	"encoding/binary"
	"slices"
)

// A Table is rows of texts in named columns. It does not change and is safe for
// concurrent use. Beside the texts it takes 4 bytes a row, and 1 byte for a text
// of less than 128.
type Table struct {
	columns []string
	texts   []byte   // of all rows, each after its length
	rows    []uint32 // where they begin in texts
}

// Len returns the number of rows.
func (t *Table) Len() int { return len(t.rows) }

// Columns returns the names of the columns. The slice belongs to t.
func (t *Table) Columns() []string { return t.columns }

// Append appends the text of a row in a column, both from 0.
func (t *Table) Append(line []byte, row, column int) []byte {
	rest := t.texts[t.rows[row]:]
	for ; ; column-- {
		length, width := binary.Uvarint(rest)
		rest = rest[width:]
		if column == 0 {
			return append(line, rest[:length]...)
		}
		rest = rest[length:]
	}
}

// A builder makes a table, row by row.
type builder struct{ Table }

// newBuilder returns a builder for a file of so many bytes.
func newBuilder(size int64) *builder {
	return &builder{Table{texts: make([]byte, 0, min(size, MaxFile))}}
}

// add appends a row, which has a text for each column.
func (b *builder) add(row []string) {
	b.rows = append(b.rows, uint32(len(b.texts)))
	for _, text := range row {
		b.texts = append(binary.AppendUvarint(b.texts, uint64(len(text))), text...)
	}
}

// table returns the table, without the room that it does not need.
func (b *builder) table() *Table {
	t := b.Table
	if len(t.texts) < cap(t.texts)-cap(t.texts)/8 {
		t.texts = slices.Clone(t.texts)
	}
	t.rows = slices.Clone(t.rows)
	return &t
}
