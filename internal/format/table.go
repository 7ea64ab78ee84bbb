package format

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// A Column says how a column of a table gives way on a narrow terminal. The
// zero value is one without a header that is always shown whole.
type Column struct {
	Header string
	Right  bool // aligned right, as numbers are
	Drop   int  // the order in which columns are left out, 1 first; 0 is never

	// Shorten returns a text in at most width characters, or the shortest that
	// it can, for all texts of the column if one has no room. nil: they are
	// always whole. Least is the smallest width that it gets.
	Shorten  func(text string, width int) string
	Least    int
	Together bool // whole only if all such columns are
}

// A Table is rows of cells below a header. A row may be shorter than the
// header.
type Table struct {
	Columns []Column
	Rows    [][]string
}

// gap is the space between two columns.
const gap = 2

// Lines returns the table as lines of at most width characters, the header
// first; 0 is any width. To fit, it leaves columns out and shortens texts, as
// its columns allow. It sanitizes the cells, and leaves the caller's as they
// are.
func (t Table) Lines(width int) []string {
	columns := t.layout()
	if width > 0 {
		columns = fit(columns, width)
	}
	lines := make([]string, 1+len(t.Rows))
	for n := range lines {
		var line strings.Builder
		for i, c := range columns {
			if i > 0 {
				line.WriteString(strings.Repeat(" ", gap))
			}
			if c.Right {
				line.WriteString(PadLeft(c.cells[n], c.width))
			} else {
				line.WriteString(Pad(c.cells[n], c.width))
			}
		}
		lines[n] = strings.TrimRight(line.String(), " ")
	}
	return lines
}

// A layoutColumn is a column with its cells, the header first, and the width
// of the widest.
type layoutColumn struct {
	Column
	cells []string
	width int
}

func (t Table) layout() []layoutColumn {
	columns := make([]layoutColumn, len(t.Columns))
	for i, c := range t.Columns {
		cells := []string{Sanitize(c.Header)}
		for _, row := range t.Rows {
			cell := ""
			if i < len(row) {
				cell = Sanitize(row[i])
			}
			cells = append(cells, cell)
		}
		columns[i] = layoutColumn{c, cells, widest(cells)}
	}
	return columns
}

func widest(cells []string) int {
	width := 0
	for _, cell := range cells {
		width = max(width, utf8.RuneCountInString(cell))
	}
	return width
}

// shortened returns the column with its texts in at most width characters, if
// they can be so short. The header is whole.
func (c layoutColumn) shortened(width int) layoutColumn {
	if c.Shorten == nil || c.width <= width {
		return c
	}
	width = max(width, c.Least, utf8.RuneCountInString(c.cells[0]), 1)
	c.cells = slices.Clone(c.cells)
	for n, cell := range c.cells[1:] {
		c.cells[n+1] = c.Shorten(cell, width)
	}
	c.width = widest(c.cells)
	return c
}

// fit returns the columns that have room in a width. It leaves out columns
// until the others fit with their shortest texts, and then shares out the room
// that is left, from left to right.
func fit(columns []layoutColumn, width int) []layoutColumn {
	least := func() int {
		sum := -gap
		for _, c := range columns {
			sum += c.shortened(0).width + gap
		}
		return sum
	}
	room := width - least()
	for ; room < 0; room = width - least() {
		first := -1
		for i, c := range columns {
			if c.Drop > 0 && (first < 0 || c.Drop < columns[first].Drop) {
				first = i
			}
		}
		if first < 0 {
			break
		}
		columns = slices.Delete(columns, first, first+1)
	}
	together := 0
	for _, c := range columns {
		if c.Together {
			together += c.width - c.shortened(0).width
		}
	}
	whole := together <= room
	for i, c := range columns {
		shortest := c.shortened(0)
		if columns[i] = shortest; whole || !c.Together {
			columns[i] = c.shortened(shortest.width + max(room, 0))
			room -= columns[i].width - shortest.width
		}
	}
	return columns
}
