package template

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
)

// A function appends what it makes of the end of a line, from start on. It
// replaces that end.
type function func(line []byte, start int) []byte

// functions are the fields that take a text, which may have fields itself.
var functions = map[string]function{
	"base64":        encode(base64.StdEncoding),
	"base64url":     encode(base64.RawURLEncoding),
	"sha256":        sum256,
	"sha256_base64": sum256Base64,
}

// keyedFunctions are the fields that take a key and a text.
var keyedFunctions = map[string]function{
	"hmac_sha256":        appendHex,
	"hmac_sha256_base64": encode(base64.StdEncoding),
}

// maxDepth limits how deep functions may stand within each other.
const maxDepth = 5

// takesText reports whether a field begins with the name of a function.
func takesText(field string) bool {
	word, _, _ := strings.Cut(strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(field), "raw ")), " ")
	return isFunction(word)
}

func isFunction(name string) bool { return functions[name] != nil || keyedFunctions[name] != nil }

// cutField cuts a text at the end of the field that it begins with, behind {{. The
// text of a function may have fields.
func cutField(text string) (field, after string, closed bool) {
	if !takesText(text) {
		return strings.Cut(text, "}}")
	}
	depth := 1
	for i := 0; i+1 < len(text); {
		switch text[i : i+2] {
		case "{{":
			depth++
			i += 2
		case "}}":
			depth--
			i += 2
			if depth == 0 {
				return text[:i-2], text[i:], true
			}
		default:
			i++
		}
	}
	return "", "", false
}

// cutKey cuts the first word from the arguments of a function. A field is part of
// a word, with its spaces.
func cutKey(arguments string) (key, text string) {
	depth := 0
	for i := range len(arguments) {
		switch {
		case strings.HasPrefix(arguments[i:], "{{"):
			depth++
		case strings.HasPrefix(arguments[i:], "}}"):
			depth--
		case depth <= 0 && arguments[i] == ' ':
			return arguments[:i], strings.TrimSpace(arguments[i:])
		}
	}
	return arguments, ""
}

// function parses the arguments of a function.
func (p *Parser) function(name, arguments string) (filler, error) {
	if p.depth++; p.depth > maxDepth {
		return nil, fmt.Errorf("has more than %d functions within each other", maxDepth)
	}
	defer func() { p.depth-- }()
	if arguments == "" {
		return nil, fmt.Errorf("has {{%s}} without a text, such as {{%s {{job}}}}", name, name)
	}
	if change, ok := functions[name]; ok {
		text, err := p.parse(arguments)
		return func(line []byte, in Input) []byte {
			start := len(line)
			return change(text.Append(line, in, nil), start)
		}, err
	}
	return p.keyedFunction(name, arguments)
}

func (p *Parser) keyedFunction(name, arguments string) (filler, error) {
	keyText, rest := cutKey(arguments)
	if rest == "" {
		return nil, fmt.Errorf("has {{%s}} without a key and a text, such as {{%s KEY {{job}}}}", name, name)
	}
	key, err := p.parse(keyText)
	if err != nil {
		return nil, err
	}
	text, err := p.parse(rest)
	encoded := keyedFunctions[name]
	return func(line []byte, in Input) []byte {
		start := len(line)
		line = key.Append(line, in, nil)
		middle := len(line)
		line = text.Append(line, in, nil)
		return encoded(hmac256(line, start, middle), start)
	}, err
}

// replace puts the bytes after end in place of those from start to end.
func replace(line []byte, start, end int) []byte { return append(line[:start], line[end:]...) }

func encode(encoding *base64.Encoding) function {
	return func(line []byte, start int) []byte {
		end := len(line)
		return replace(encoding.AppendEncode(line, line[start:end]), start, end)
	}
}

func appendHex(line []byte, start int) []byte {
	end := len(line)
	return replace(hex.AppendEncode(line, line[start:end]), start, end)
}

func sum256(line []byte, start int) []byte {
	sum := sha256.Sum256(line[start:])
	return hex.AppendEncode(line[:start], sum[:])
}

func sum256Base64(line []byte, start int) []byte {
	sum := sha256.Sum256(line[start:])
	return base64.StdEncoding.AppendEncode(line[:start], sum[:])
}

// hmac256 replaces a key, from start on, and a text, from middle on, by the text's
// HMAC-SHA256 (RFC 2104). It works within the line, and so without allocations.
func hmac256(line []byte, start, middle int) []byte {
	var key [sha256.BlockSize]byte
	if middle-start > sha256.BlockSize {
		sum := sha256.Sum256(line[start:middle])
		copy(key[:], sum[:])
	} else {
		copy(key[:], line[start:middle])
	}
	end := len(line)
	for _, b := range key {
		line = append(line, b^0x36)
	}
	line = append(line, line[middle:end]...)
	inner := sha256.Sum256(line[end:])
	line = line[:start]
	for _, b := range key {
		line = append(line, b^0x5c)
	}
	line = append(line, inner[:]...)
	outer := sha256.Sum256(line[start:])
	return append(line[:start], outer[:]...)
}
