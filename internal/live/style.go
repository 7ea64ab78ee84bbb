package live

import "strings"

// A Style is how a piece of text is shown.
type Style string

// The styles, as the parameters of the control sequence that selects them.
const (
	Plain  Style = ""
	Bold   Style = "1"
	Faint  Style = "2"
	Red    Style = "31"
	Green  Style = "32"
	Yellow Style = "33"
	Cyan   Style = "36"
)

// A Span is a piece of text in one style. Its text is safe to print.
type Span struct {
	Text  string
	Style Style
}

// A Line is one row of the view. Each character takes one cell, but for wide
// ones in names; the terminal cuts what does not fit.
type Line []Span

// String returns the text alone.
func (l Line) String() string {
	var text strings.Builder
	for _, span := range l {
		text.WriteString(span.Text)
	}
	return text.String()
}

// ansi returns the line with the control sequences of its styles.
func (l Line) ansi() string {
	var text strings.Builder
	for _, span := range l {
		if span.Style == Plain || span.Text == "" {
			text.WriteString(span.Text)
			continue
		}
		text.WriteString("\x1b[" + string(span.Style) + "m" + span.Text + "\x1b[m")
	}
	return text.String()
}

// cells returns how many cells the line takes.
func (l Line) cells() (n int) {
	for _, span := range l {
		n += cells(span.Text)
	}
	return n
}

// cells returns how many characters a text has.
func cells(text string) int { return len([]rune(text)) }

// cut returns the line without what exceeds a width.
func (l Line) cut(width int) Line {
	var short Line
	for _, span := range l {
		runes := []rune(span.Text)
		if len(runes) > width {
			runes = runes[:max(width, 0)]
		}
		width -= len(runes)
		if len(runes) > 0 {
			short = append(short, Span{string(runes), span.Style})
		}
	}
	return short
}

// to returns the line with spaces up to a width, or cut to it.
func (l Line) to(width int) Line {
	l = l.cut(width)
	if left := width - l.cells(); left > 0 {
		l = append(l, Span{Text: strings.Repeat(" ", left)})
	}
	return l
}
