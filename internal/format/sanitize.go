package format

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Sanitize makes a text safe to print in a line of a terminal, a table cell or
// a title. Names, notes, labels and messages of targets are untrusted: they
// could move the cursor, end the line or reverse the direction of later text.
// White space becomes a space. Other control and format characters, and bytes
// that are not UTF-8, become escapes such as "\x1b".
func Sanitize(text string) string {
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

// isUnsafe reports whether Sanitize replaces a character. Spaces of any width
// are safe, and so are the joiners that emoji and some scripts need.
func isUnsafe(r rune) bool {
	const nonJoiner, joiner = '\u200c', '\u200d'
	return !unicode.IsPrint(r) && !unicode.Is(unicode.Zs, r) && r != nonJoiner && r != joiner
}
