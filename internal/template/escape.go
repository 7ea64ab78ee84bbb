package template

import (
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// An Escape appends the escaped form of a value. The value may be part of the
// line's own array, before its end.
type Escape func(line, value []byte) []byte

// AppendQuery appends a value as url.QueryEscape escapes it: it fits into a path
// segment and into a query.
func AppendQuery(line, value []byte) []byte {
	const digits = "0123456789ABCDEF"
	plain := 0 // where bytes begin that stay as they are
	for i, b := range value {
		if unreserved[b] {
			continue
		}
		line = append(line, value[plain:i]...)
		plain = i + 1
		if b == ' ' {
			line = append(line, '+')
		} else {
			line = append(line, '%', digits[b>>4], digits[b&15])
		}
	}
	return append(line, value[plain:]...)
}

// unreserved is isUnreserved of each byte.
var unreserved = func() (table [256]bool) {
	for b := range table {
		table[b] = isUnreserved(byte(b))
	}
	return table
}()

// isUnreserved reports whether a byte needs no escape anywhere in a URL (RFC
// 3986, 2.3).
func isUnreserved(b byte) bool {
	switch {
	case 'a' <= b && b <= 'z', 'A' <= b && b <= 'Z', '0' <= b && b <= '9':
		return true
	}
	return b == '-' || b == '_' || b == '.' || b == '~'
}

// AppendJSON appends a value as it stands within a JSON string (RFC 8259, 7).
// Bytes that are not UTF-8 become U+FFFD.
func AppendJSON(line, value []byte) []byte {
	const digits = "0123456789abcdef"
	for len(value) > 0 {
		r, size := utf8.DecodeRune(value)
		switch {
		case r == '"' || r == '\\':
			line = append(line, '\\', byte(r))
		case r < ' ':
			line = append(line, '\\', 'u', '0', '0', digits[r>>4], digits[r&15])
		case r == utf8.RuneError && size == 1:
			line = utf8.AppendRune(line, r)
		default:
			line = append(line, value[:size]...)
		}
		value = value[size:]
	}
	return line
}

// unquoted returns what a part of a JSON string stands for.
func unquoted(part string) string {
	var text string
	if !strings.Contains(part, `\`) || json.Unmarshal([]byte(`"`+part+`"`), &text) != nil {
		return part
	}
	return text
}

// replaceTail replaces what follows start by its escaped form.
func replaceTail(line []byte, start int, escape Escape) []byte {
	end := len(line)
	return replace(escape(line, line[start:end]), start, end)
}
