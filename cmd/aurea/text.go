package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/aurea-orchestrator/aurea"
)

// writeText prints a result for people at a terminal.
func writeText(r *aurea.Result, w io.Writer) error { return newSheet(r).writeText(w) }

func (s sheet) writeText(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, fact := range s.Facts {
		fmt.Fprintf(t, "%s\t%s\n", fact[0], fact[1])
	}
	for _, table := range s.Tables {
		fmt.Fprintln(t)
		for _, row := range append([][]string{table.Header}, table.Rows...) {
			fmt.Fprintln(t, strings.Join(row, "\t"))
		}
	}
	if len(s.Doubts) > 0 {
		fmt.Fprintf(t, "\n%s\n", strings.Join(s.Doubts, "\n"))
	}
	return t.Flush()
}
