package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/aurea-orchestrator/aurea"
)

// writeText prints a result for people at a terminal.
func writeText(r *aurea.Result, w io.Writer) error {
	s := newSheet(r)
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
	for _, doubt := range s.Doubts {
		fmt.Fprintf(t, "\n%s\n", doubt)
	}
	return t.Flush()
}
