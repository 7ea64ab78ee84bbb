package live

import (
	"fmt"
	"io"
	"strings"
)

// A screen draws lines in place: below what was printed before, over what it
// drew last. It writes each picture at once, so that a terminal shows no half
// of one.
type screen struct {
	out   io.Writer
	color bool
	drawn []int // cells of the lines on the screen; the cursor is below them
}

// The control sequences of a screen. Terminals that do not know the
// synchronized update ignore it.
const (
	beginUpdate = "\x1b[?2026h\x1b[?25l\x1b[?7l" // no cursor, and long lines are cut, not wrapped
	endUpdate   = "\x1b[?7h\x1b[?2026l"
	clearLine   = "\x1b[2K"
	clearBelow  = "\x1b[J"
	showCursor  = "\x1b[?25h"
)

// draw replaces what was drawn, in a terminal of a width.
func (s *screen) draw(lines []Line, width int) {
	var text strings.Builder
	text.WriteString(beginUpdate)
	text.WriteString(s.back(width))
	s.drawn = s.drawn[:0]
	for _, line := range lines {
		text.WriteString(clearLine + s.text(line) + "\r\n")
		s.drawn = append(s.drawn, line.cells())
	}
	text.WriteString(clearBelow + endUpdate)
	_, _ = io.WriteString(s.out, text.String()) // a terminal that is gone shows nothing
}

func (s *screen) text(line Line) string {
	if s.color {
		return line.ansi()
	}
	return line.String()
}

// erase removes what was drawn and shows the cursor.
func (s *screen) erase(width int) {
	if len(s.drawn) > 0 {
		_, _ = io.WriteString(s.out, s.back(width)+clearBelow+showCursor)
		s.drawn = s.drawn[:0]
	}
}

// forget leaves what was drawn where it is and shows the cursor.
func (s *screen) forget() {
	if len(s.drawn) > 0 {
		_, _ = io.WriteString(s.out, showCursor)
		s.drawn = s.drawn[:0]
	}
}

// back returns the sequence that moves the cursor to the first line drawn. In a
// terminal that has become narrower, a line takes several rows.
func (s *screen) back(width int) string {
	rows := 0
	for _, cells := range s.drawn {
		rows += max((cells+width-1)/max(width, 1), 1)
	}
	if rows == 0 {
		return "\r"
	}
	return fmt.Sprintf("\r\x1b[%dA", rows)
}
