package report

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/aurea-orchestrator/aurea/internal/format"
)

// A screen is a text for a terminal of a width: named rows, tables and bars.
// Its methods sanitize what they write, so they can take any text.
type screen struct {
	strings.Builder
	style
	width int
}

const (
	defaultWidth = 80
	minWidth     = 60
	maxWidth     = 160
	nameWidth    = 12 // of the names of rows, with the space behind them
)

func newScreen(o Options) *screen {
	width := o.Width
	if width == 0 {
		width = defaultWidth
	}
	return &screen{style: style{o.Color}, width: min(max(width, minWidth), maxWidth)}
}

// gap writes an empty line.
func (s *screen) gap() { s.WriteByte('\n') }

// row writes a named row. A long text continues below its beginning.
func (s *screen) row(name, text string, moods ...mood) {
	name = format.Pad(format.Clip(name, nameWidth-1), nameWidth)
	for i, line := range format.Wrap(format.Sanitize(text), s.width-nameWidth) {
		if i > 0 {
			name = strings.Repeat(" ", nameWidth)
		}
		s.line(s.paint(name, faint) + s.paint(line, moods...))
	}
}

// line writes a line without the spaces at its end.
func (s *screen) line(text string) { s.WriteString(strings.TrimRight(text, " ") + "\n") }

// grid writes rows of cells in columns, below a header. The first column is
// aligned left and clipped, so that a row fits the screen; the others are
// numbers, aligned right.
func (s *screen) grid(header []string, rows [][]string) {
	rows = append([][]string{header}, rows...)
	widths := make([]int, len(header))
	for n := range rows {
		rows[n] = slices.Clone(rows[n]) // the cells are the caller's, and headers are shared
		for i, cell := range rows[n] {
			rows[n][i] = format.Sanitize(cell)
			widths[i] = max(widths[i], utf8.RuneCountInString(rows[n][i]))
		}
	}
	others := 0
	for _, width := range widths[1:] {
		others += width + 2
	}
	widths[0] = max(min(widths[0], s.width-others), nameWidth-2)
	for n, row := range rows {
		line := format.Pad(format.ClipMiddle(row[0], widths[0]), widths[0])
		for i, cell := range row[1:] {
			line += "  " + format.PadLeft(cell, widths[i+1])
		}
		if n == 0 {
			line = s.paint(strings.TrimRight(line, " "), faint)
		}
		s.line(line)
	}
}
