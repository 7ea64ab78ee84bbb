package format

import (
	"io"
	"strings"
	"text/tabwriter"
)

// Rows aligns rows of cells in columns. Flush writes them.
type Rows struct{ *tabwriter.Writer }

// NewRows returns Rows that write to w.
func NewRows(w io.Writer) Rows { return Rows{tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)} }

// Row adds a row of sanitized cells. Flush returns its error.
func (w Rows) Row(cells ...string) {
	safe := make([]string, len(cells))
	for i, cell := range cells {
		safe[i] = Sanitize(cell)
	}
	_, _ = io.WriteString(w, strings.Join(safe, "\t")+"\n")
}
