package report

import (
	"slices"
	"strings"

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

// gridDrops are the columns that a grid leaves out of a narrow screen, in this
// order.
var gridDrops = []string{
	"p90", "min", "p99.9", "clock", "mean", "a second of a core", "cpu", "delay p99", "state", "p95", "ok/s", "a job",
	"max",
}

// grid writes a table. The first column is aligned left and clipped, so that a
// row fits the screen; the others are numbers, aligned right.
func (s *screen) grid(t table) {
	columns := t.columns()
	for i := range columns {
		columns[i].Right = i > 0
		columns[i].Drop = 1 + slices.Index(gridDrops, columns[i].Header)
	}
	columns[0].Header = format.Pad(columns[0].Header, nameWidth-2) // as wide as the names of rows
	columns[0].Shorten = format.ClipMiddle
	for n, line := range (format.Table{Columns: columns, Rows: t.Rows}).Lines(s.width) {
		if n == 0 {
			line = s.paint(line, faint)
		}
		s.line(line)
	}
}
