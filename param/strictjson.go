package param

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

// maxDepth limits the nesting of a document. No spec needs nearly as much.
const maxDepth = 32

// DecodeObject decodes one JSON object and refuses what encoding/json accepts:
// duplicate keys, invalid UTF-8, half of a surrogate pair, deep nesting, and
// data after the object. Numbers stay json.Number, so that no digit is lost
// before a rule is applied. The error is an *InvalidError.
func DecodeObject(data []byte) (map[string]any, error) {
	object, err := decodeObject(data)
	if err == nil {
		return object, nil
	}
	var field FieldError
	if !errors.As(err, &field) {
		field.Message = err.Error()
	}
	return nil, &InvalidError{[]FieldError{field}}
}

func decodeObject(data []byte) (map[string]any, error) {
	if !utf8.Valid(data) {
		return nil, errors.New("the document is not valid UTF-8")
	}
	if at := loneSurrogate(data); at >= 0 {
		return nil, fmt.Errorf("the document has half of a surrogate pair near byte %d; "+
			`write both halves, such as \ud83d\ude00, or the character itself`, at)
	}
	if len(bytes.TrimSpace(data)) == 0 {
		return nil, errors.New(`the document is empty; send a JSON object such as {"num_jobs": 100}`)
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	value, err := parseValue(decoder, "", 0)
	if err != nil {
		return nil, syntaxError(err, decoder.InputOffset())
	}
	switch _, err := decoder.Token(); {
	case err == nil:
		return nil, errors.New("there is more than one JSON value in the document")
	case !errors.Is(err, io.EOF):
		return nil, syntaxError(err, decoder.InputOffset())
	}
	object, ok := value.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("the document must be a JSON object; got %s", Describe(value))
	}
	return object, nil
}

// syntaxError returns a FieldError as it is, and what SyntaxMessage says of
// other errors.
func syntaxError(err error, offset int64) error {
	var field FieldError
	if errors.As(err, &field) {
		return field
	}
	return errors.New(SyntaxMessage(err, offset))
}

// SyntaxMessage says where and why a document is not JSON, given the error and
// the input offset of a json.Decoder.
func SyntaxMessage(err error, offset int64) string {
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
		key := token.(string) // the decoder refuses any other token before a colon
		if _, twice := object[key]; twice {
			return nil, FieldError{Join(location, key), "is given twice"}
		}
		if object[key], err = parseValue(decoder, Join(location, key), depth+1); err != nil {
			return nil, err
		}
	}
	_, err := decoder.Token()
	return object, err
}

// loneSurrogate returns the offset of an escape that is half of a surrogate
// pair, or -1. encoding/json replaces such an escape with U+FFFD. Outside of
// strings, JSON has no backslash.
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
