package aurea

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// maxDepth is how deep a document may nest: far deeper than any spec needs.
const maxDepth = 32

// DecodeDocument reads one JSON object and refuses what encoding/json would let
// pass: duplicate keys, invalid UTF-8, half of a surrogate pair, deep nesting,
// anything behind the object. Numbers stay json.Number, so that no digit is lost
// before a rule has been applied to it. The error is a FieldError.
func DecodeDocument(data []byte) (map[string]any, error) {
	if !utf8.Valid(data) {
		return nil, FieldError{Message: "the document is not valid UTF-8"}
	}
	if at := loneSurrogate(data); at >= 0 {
		return nil, FieldError{Message: fmt.Sprintf(`the document has half of a surrogate pair near byte %d; write both halves, such as \ud83d\ude00, or the character itself`, at)}
	}
	if len(bytes.TrimSpace(data)) == 0 {
		return nil, FieldError{Message: `the document is empty; send a JSON object such as {"num_jobs": 100}`}
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	value, err := parseValue(decoder, "", 0)
	if err == nil {
		_, err = decoder.Token()
		if err == nil {
			return nil, FieldError{Message: "there is more than one JSON value in the document"}
		}
		if errors.Is(err, io.EOF) {
			err = nil
		}
	}
	if err != nil {
		var field FieldError
		if errors.As(err, &field) {
			return nil, field
		}
		return nil, FieldError{Message: syntaxMessage(err, decoder.InputOffset())}
	}
	object, ok := value.(map[string]any)
	if !ok {
		return nil, FieldError{Message: fmt.Sprintf("the document must be a JSON object; got %s", show(value))}
	}
	return object, nil
}

func syntaxMessage(err error, offset int64) string {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return "the document is not JSON: it ends too early"
	}
	return fmt.Sprintf("the document is not JSON: %v near byte %d", err, offset)
}

func parseValue(decoder *json.Decoder, location string, depth int) (any, error) {
	token, err := decoder.Token()
	if err != nil {
		return nil, err
	}
	delim, ok := token.(json.Delim)
	if !ok {
		return token, nil
	}
	if depth >= maxDepth {
		return nil, FieldError{Message: fmt.Sprintf("the document is nested deeper than %d levels", maxDepth)}
	}
	if delim == '[' {
		return parseList(decoder, location, depth)
	}
	return parseObject(decoder, location, depth)
}

func parseList(decoder *json.Decoder, location string, depth int) (any, error) {
	list := []any{}
	for decoder.More() {
		value, err := parseValue(decoder, fmt.Sprintf("%s[%d]", location, len(list)), depth+1)
		if err != nil {
			return nil, err
		}
		list = append(list, value)
	}
	_, err := decoder.Token()
	return list, err
}

func parseObject(decoder *json.Decoder, location string, depth int) (any, error) {
	object := map[string]any{}
	for decoder.More() {
		token, err := decoder.Token()
		if err != nil {
			return nil, err
		}
		key := token.(string) // the decoder lets no other token stand before a colon
		if _, twice := object[key]; twice {
			return nil, FieldError{join(location, key), "is given twice"}
		}
		if object[key], err = parseValue(decoder, join(location, key), depth+1); err != nil {
			return nil, err
		}
	}
	_, err := decoder.Token()
	return object, err
}

// loneSurrogate returns where an escape is half of a surrogate pair, for which
// encoding/json would put U+FFFD; -1 where none is. Outside of strings JSON has
// no backslash.
func loneSurrogate(data []byte) int {
	for at := 0; at < len(data); at++ {
		if data[at] != '\\' {
			continue
		}
		unit, ok := escapedUnit(data[at:])
		if !ok || !utf16.IsSurrogate(unit) {
			at++ // over what is escaped
			continue
		}
		const length = len(`\ud83d`)
		low, _ := escapedUnit(data[at+length:])
		if utf16.DecodeRune(unit, low) == utf8.RuneError {
			return at
		}
		at += 2*length - 1
	}
	return -1
}

// escapedUnit reads an escape such as \ud83d at the beginning of data.
func escapedUnit(data []byte) (rune, bool) {
	if len(data) < 6 || data[1] != 'u' {
		return 0, false
	}
	unit, err := strconv.ParseUint(string(data[2:6]), 16, 16)
	return rune(unit), err == nil && data[0] == '\\'
}

func join(location, name string) string {
	if location == "" {
		return name
	}
	return location + "." + name
}
