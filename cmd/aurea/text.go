package main

import (
	"io"
	"strings"
	"text/tabwriter"

	"github.com/aurea-orchestrator/aurea"
)

// writeText prints a result for people at a terminal.
func writeText(r *aurea.Result, w io.Writer) error { return newReport(r).writeText(w) }

func (s report) writeText(w io.Writer) error {
	t := newRowWriter(w)
	for _, fact := range s.Facts {
		t.row(fact[:]...)
	}
	for _, table := range s.Tables {
		t.row()
		for _, row := range append([][]string{table.Header}, table.Rows...) {
			t.row(row...)
		}
	}
	if len(s.Notes) > 0 {
		t.row()
	}
	for _, doubt := range s.Notes {
		t.row(doubt)
	}
	return t.Flush()
}

// rowWriter are rows of cells for a terminal, in columns that line up.
type rowWriter struct{ *tabwriter.Writer }

func newRowWriter(w io.Writer) rowWriter { return rowWriter{tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)} }

// row adds a line. Flush has its error.
func (l rowWriter) row(cells ...string) {
	safe := make([]string, len(cells))
	for i, cell := range cells {
		safe[i] = sanitize(cell)
	}
	_, _ = io.WriteString(l, strings.Join(safe, "\t")+"\n")
}
