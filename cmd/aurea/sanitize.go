package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// sanitize is a text as it may stand in a line of a terminal, in a cell of a table
// or in a title: nothing in it moves a cursor, ends a line or turns the direction
// of what stands behind it. Names, notes, labels and messages of targets come from
// others. White space becomes a space; other control and format characters are
// shown as their escapes, "\x1b".
func sanitize(text string) string {
	if strings.IndexFunc(text, isUnsafe) < 0 && utf8.ValidString(text) {
		return text
	}
	var safe strings.Builder
	for i, r := range text {
		switch {
		case r == utf8.RuneError && !strings.HasPrefix(text[i:], string(utf8.RuneError)):
			fmt.Fprintf(&safe, `\x%02x`, text[i])
		case !isUnsafe(r):
			safe.WriteRune(r)
		case unicode.IsSpace(r) || r == '\u2028' || r == '\u2029':
			safe.WriteByte(' ')
		default:
			safe.WriteString(strings.Trim(strconv.QuoteRuneToASCII(r), "'"))
		}
	}
	return safe.String()
}

// isUnsafe lets the joiners pass that scripts and emoji are written with, and
// spaces of any width.
func isUnsafe(r rune) bool {
	const nonJoiner, joiner = '\u200c', '\u200d'
	return !unicode.IsPrint(r) && !unicode.Is(unicode.Zs, r) && r != nonJoiner && r != joiner
}

// printError writes a line to standard error.
func printError(stderr io.Writer, format string, args ...any) {
	fmt.Fprintln(stderr, sanitize("aurea: "+fmt.Sprintf(format, args...)))
}
