package specfile

import (
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// yamlMessages replace the parser's messages. The first row whose text is part
// of the parser's message applies. LINE is the line where the invalid construct
// began, and CHARACTER the character at which the parser stopped.
var yamlMessages = []struct{ contains, message string }{
	{"cannot start any token", "a value cannot begin with CHARACTER; put it in quotes"},
	{"mapping values are not allowed", `there is a colon too many, or a wrong indentation; put a text that has ": " in it in quotes`},
	{"expected ',' or ']'", "the list that begins in line LINE has no comma here, or no ] at its end"},
	{"expected ',' or '}'", "the object that begins in line LINE has no comma here, or no } at its end"},
	{"unexpected end of stream", "the quote that opens in line LINE is not closed"},
	{"unexpected document indicator", "the quote that opens in line LINE is not closed"},
	{"expected key", "this belongs to nothing before it; look at the indentation and the quotes"},
	{"expected '-' indicator", "this belongs to nothing before it; look at the indentation"},
	{"could not find expected ':'", "there is no colon and space behind the key"},
	{"expected <document start>", "there is something behind the end of the document"},
	{"expected node content", "a value is missing"},
	{"exceeded max depth", "it is nested too deep"},
	{"incompatible YAML document", "it is of another version of YAML than 1.1 or 1.2"},
	{"unknown escape character", `there is no such escape; write \\ for a backslash, or use single quotes`},
	{
		"control characters are not allowed",
		`a control character must be written as an escape in double quotes, such as "\x07"`,
	},
	{"UTF-8", "it is not UTF-8"},
}

// describeYAMLError returns the position of a parser's error, and a message for
// the user.
func describeYAMLError(err error, content []byte) (line, column int, message string) {
	var second secondDocumentError
	if errors.As(err, &second) {
		return int(second), 1, second.Error()
	}
	var found *yaml.LoadError
	if !errors.As(err, &found) {
		return 1, 1, "is not YAML: " + err.Error()
	}
	line, column = found.Mark.Line, found.Mark.Column
	if line == 0 {
		line, column = offsetPosition(content, invalidByteOffset(content))
	}
	character := characterAt(content, line, column)
	message = found.Message
	for _, row := range yamlMessages {
		if strings.Contains(found.Message, row.contains) {
			began := strconv.Itoa(max(found.ContextMark.Line, 1))
			message = strings.NewReplacer("LINE", began, "CHARACTER", strconv.Quote(character)).Replace(row.message)
			break
		}
	}
	if lines := strings.SplitN(string(content), "\n", line+1); line <= len(lines) &&
		strings.Contains(lines[line-1], "${") && strings.ContainsAny(message, "]}") {
		message += "; within [ ] and { } a text with ${NAME} needs quotes"
	}
	if character == "\t" {
		message = "a tab cannot indent; use spaces"
	}
	return line, column, "is not YAML: " + message
}

// invalidByteOffset returns the offset of the first byte that YAML does not
// allow.
func invalidByteOffset(content []byte) int {
	for at := 0; at < len(content); {
		r, size := utf8.DecodeRune(content[at:])
		notUTF8 := r == utf8.RuneError && size == 1
		control := r < ' ' && !strings.ContainsRune("\t\r\n", r) || r >= 0x7f && r < 0xa0 && r != 0x85
		if notUTF8 || control {
			return at
		}
		at += size
	}
	return 0
}

// characterAt returns the character at a position; "" beyond the end of its
// line.
func characterAt(content []byte, line, column int) string {
	lines := strings.SplitN(string(content), "\n", line+1)
	if line > len(lines) {
		return ""
	}
	characters := []rune(lines[line-1])
	if column > len(characters) {
		return ""
	}
	return string(characters[column-1])
}
