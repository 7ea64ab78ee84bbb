package main

import (
	"io"
	"strings"
	"text/tabwriter"

	"github.com/aurea-orchestrator/aurea"
)

// writeText writes a result for a terminal.
func writeText(r *aurea.Result, w io.Writer) error { return newReport(r).writeText(w) }

func (r report) writeText(w io.Writer) error {
	t := newRowWriter(w)
	for _, fact := range r.Facts {
		t.row(fact[:]...)
	}
	for _, table := range r.Tables {
		t.row()
		for _, row := range append([][]string{table.Header}, table.Rows...) {
			t.row(row...)
		}
	}
	if len(r.Notes) > 0 {
		t.row()
	}
	for _, note := range r.Notes {
		t.row(note)
	}
	return t.Flush()
}

// A rowWriter aligns rows of cells in columns. Flush writes them.
type rowWriter struct{ *tabwriter.Writer }

func newRowWriter(w io.Writer) rowWriter { return rowWriter{tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)} }

// row adds a row of sanitized cells. Flush returns its error.
func (w rowWriter) row(cells ...string) {
	safe := make([]string, len(cells))
	for i, cell := range cells {
		safe[i] = sanitize(cell)
	}
	_, _ = io.WriteString(w, strings.Join(safe, "\t")+"\n")
}
