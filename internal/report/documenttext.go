package report

import (
	"io"

	"github.com/aurea-orchestrator/aurea/internal/format"
)

// WriteText writes the document for a terminal of a width; 0 is any width.
func (r Document) WriteText(w io.Writer, width int) error {
	t := format.NewRows(w, width)
	for _, fact := range r.Facts {
		t.Row(fact[:]...)
	}
	for _, table := range r.Tables {
		t.Row()
		for _, line := range table.lines(width) {
			t.Row(line)
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
