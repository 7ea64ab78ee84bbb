package main

import (
	"io"
	"strings"
	"text/tabwriter"

	"github.com/aurea-orchestrator/aurea"
)

// writeText prints a result for people at a terminal.
func writeText(r *aurea.Result, w io.Writer) error { return newSheet(r).writeText(w) }

func (s sheet) writeText(w io.Writer) error {
	t := newLines(w)
	for _, fact := range s.Facts {
		t.row(fact[:]...)
	}
	for _, table := range s.Tables {
		t.row()
		for _, row := range append([][]string{table.Header}, table.Rows...) {
			t.row(row...)
		}
	}
	if len(s.Doubts) > 0 {
		t.row()
	}
	for _, doubt := range s.Doubts {
		t.row(doubt)
	}
	return t.Flush()
}

// lines are rows of cells for a terminal, in columns that line up.
type lines struct{ *tabwriter.Writer }

func newLines(w io.Writer) lines { return lines{tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)} }

// row adds a line. Flush has its error.
func (l lines) row(cells ...string) {
	safe := make([]string, len(cells))
	for i, cell := range cells {
		safe[i] = plain(cell)
	}
	_, _ = io.WriteString(l, strings.Join(safe, "\t")+"\n")
}
