package platformtest

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// A Screen is what a terminal shows of the text that it received. It knows the
// control sequences that Aurea sends and ignores others. The zero value is
// empty and of no size; Resize gives it one.
type Screen struct {
	columns, rows int
	lines         [][]rune
	row, column   int
	noWrap        bool
	hidden        bool   // the cursor
	partial       []byte // the beginning of a sequence or character
}

// Resize changes the size of the screen. Lines keep what they have.
func (s *Screen) Resize(columns, rows int) { s.columns, s.rows = columns, rows }

// Text returns the lines, without spaces at their ends and without empty lines
// below.
func (s *Screen) Text() string {
	var text strings.Builder
	for _, line := range s.lines {
		text.WriteString(strings.TrimRight(string(line), " ") + "\n")
	}
	return strings.TrimRight(text.String(), "\n") + "\n"
}

// CursorHidden reports whether the cursor is hidden.
func (s *Screen) CursorHidden() bool { return s.hidden }

// Write takes text that a terminal receives.
func (s *Screen) Write(text []byte) (int, error) {
	received := append(s.partial, text...)
	for len(received) > 0 {
		n := s.take(received)
		if n == 0 {
			break
		}
		received = received[n:]
	}
	s.partial = append([]byte{}, received...)
	return len(text), nil
}

// take handles one character or sequence and returns its length; 0 if it is not
// whole.
func (s *Screen) take(text []byte) int {
	switch text[0] {
	case '\r':
		s.column = 0
		return 1
	case '\n':
		s.row++
		return 1
	case '\x1b':
		return s.sequence(text)
	}
	if !utf8.FullRune(text) {
		return 0
	}
	r, n := utf8.DecodeRune(text)
	s.put(r)
	return n
}

// put writes a character at the cursor.
func (s *Screen) put(r rune) {
	if s.column >= s.columns {
		if s.noWrap {
			s.column = s.columns - 1
		} else {
			s.row, s.column = s.row+1, 0
		}
	}
	for len(s.lines) <= s.row {
		s.lines = append(s.lines, nil)
	}
	line := s.lines[s.row]
	for len(line) <= s.column {
		line = append(line, ' ')
	}
	line[s.column] = r
	s.lines[s.row] = line
	s.column++
}

// sequence handles a control sequence: ESC [ parameters letter.
func (s *Screen) sequence(text []byte) int {
	end := 2
	for end < len(text) && (text[end] < '@' || text[end] > '~') {
		end++
	}
	if end >= len(text) {
		return 0
	}
	parameters := string(text[2:end])
	switch text[end] {
	case 'A':
		up, _ := strconv.Atoi(parameters)
		s.row = max(s.row-up, len(s.lines)-s.rows, 0)
	case 'K':
		if s.row < len(s.lines) {
			s.lines[s.row] = nil
		}
	case 'J':
		if s.row < len(s.lines) {
			s.lines = s.lines[:s.row]
		}
	case 'h', 'l':
		on := text[end] == 'h'
		switch parameters {
		case "?7":
			s.noWrap = !on
		case "?25":
			s.hidden = !on
		}
	}
	return end + 1
}
