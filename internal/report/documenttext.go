package report

import (
	"io"

	"github.com/aurea-orchestrator/aurea/internal/format"
)

// WriteText writes the document for a terminal.
func (r Document) WriteText(w io.Writer) error {
	t := format.NewRows(w)
	for _, fact := range r.Facts {
		t.Row(fact[:]...)
	}
	for _, table := range r.Tables {
		t.Row()
		for _, row := range append([][]string{table.Header}, table.Rows...) {
			t.Row(row...)
		}
	}
	if len(r.Notes) > 0 {
		t.Row()
	}
	for _, note := range r.Notes {
		t.Row(note)
	}
	return t.Flush()
}
