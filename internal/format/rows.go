package format

import (
	"io"
	"strings"
	"unicode/utf8"
)

// Rows aligns rows of cells in columns. The last cell of a row continues below
// its beginning where it does not fit the width.
type Rows struct {
	w     io.Writer
	width int
	rows  [][]string
}

// NewRows returns Rows that write to w in lines of a width; 0 is any width.
func NewRows(w io.Writer, width int) *Rows { return &Rows{w: w, width: width} }

// Row adds a row of sanitized cells. One without cells is an empty line, below
// which columns are aligned anew.
func (r *Rows) Row(cells ...string) {
	safe := make([]string, len(cells))
	for i, cell := range cells {
		safe[i] = Sanitize(cell)
	}
	r.rows = append(r.rows, safe)
}

// Flush writes the rows.
func (r *Rows) Flush() error {
	var text strings.Builder
	begin := 0
	for i := range r.rows {
		if len(r.rows[i]) == 0 {
			r.writeBlock(&text, r.rows[begin:i])
			text.WriteByte('\n')
			begin = i + 1
		}
	}
	r.writeBlock(&text, r.rows[begin:])
	r.rows = nil
	_, err := io.WriteString(r.w, text.String())
	return err
}

// writeBlock writes rows whose columns are aligned with each other.
func (r *Rows) writeBlock(text *strings.Builder, rows [][]string) {
	var widths []int
	for _, row := range rows {
		for i, cell := range row[:len(row)-1] {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	for _, row := range rows {
		line, last := "", len(row)-1
		for i, cell := range row[:last] {
			line += Pad(cell, widths[i]+gap)
		}
		indent := utf8.RuneCountInString(line)
		for _, part := range r.wrap(row[last], indent) {
			text.WriteString(strings.TrimRight(line+part, " ") + "\n")
			line = strings.Repeat(" ", indent)
		}
	}
}

// leastText is the least width of a text that is wrapped.
const leastText = 20

// wrap returns the lines of a cell that begins at a column.
func (r *Rows) wrap(cell string, column int) []string {
	if r.width == 0 || column+utf8.RuneCountInString(cell) <= r.width {
		return []string{cell}
	}
	return Wrap(cell, max(r.width-column, leastText))
}
