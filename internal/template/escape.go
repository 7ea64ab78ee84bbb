package template

// An Escape appends the escaped form of a value. The value may be part of the
// line's own array, before its end.
type Escape func(line, value []byte) []byte

// AppendQuery appends a value as url.QueryEscape escapes it: it fits into a path
// segment and into a query.
func AppendQuery(line, value []byte) []byte {
	const digits = "0123456789ABCDEF"
	for _, b := range value {
		switch {
		case isUnreserved(b):
			line = append(line, b)
		case b == ' ':
			line = append(line, '+')
		default:
			line = append(line, '%', digits[b>>4], digits[b&15])
		}
	}
	return line
}

// isUnreserved reports whether a byte needs no escape anywhere in a URL (RFC
// 3986, 2.3).
func isUnreserved(b byte) bool {
	switch {
	case 'a' <= b && b <= 'z', 'A' <= b && b <= 'Z', '0' <= b && b <= '9':
		return true
	}
	return b == '-' || b == '_' || b == '.' || b == '~'
}

// replaceTail replaces what follows start by its escaped form.
func replaceTail(line []byte, start int, escape Escape) []byte {
	end := len(line)
	line = escape(line, line[start:end])
	return append(line[:start], line[end:]...)
}
