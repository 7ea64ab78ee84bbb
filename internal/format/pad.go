package format

import (
	"strings"
	"unicode/utf8"
)

// Pad adds spaces behind a text, up to a width.
func Pad(text string, width int) string { return text + missing(text, width) }

// PadLeft adds spaces before a text, up to a width.
func PadLeft(text string, width int) string { return missing(text, width) + text }

func missing(text string, width int) string {
	return strings.Repeat(" ", max(width-utf8.RuneCountInString(text), 0))
}
