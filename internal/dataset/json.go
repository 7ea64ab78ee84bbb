package dataset

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
)

// readJSON reads a JSON list of objects. The members of the first one are the
// columns.
func readJSON(file io.Reader, b *builder) error {
	decoder := json.NewDecoder(file)
	if begin, err := decoder.Token(); err != nil || begin != json.Delim('[') {
		return jsonMistake(decoder, orElse(err, "must be a list of objects"))
	}
	for decoder.More() {
		if err := readObject(decoder, b); err != nil {
			return err
		}
	}
	if _, err := decoder.Token(); err != nil {
		return jsonMistake(decoder, err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return jsonMistake(decoder, orElse(err, "has more behind its list"))
	}
	return nil
}

// readLines reads objects, one a line. The members of the first one are the
// columns.
func readLines(file io.Reader, b *builder) error {
	decoder := json.NewDecoder(file)
	for {
		err := readObject(decoder, b)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func orElse(err error, message string) error {
	if err != nil {
		return err
	}
	return errors.New(message)
}

// readObject reads the next object as a row.
func readObject(decoder *json.Decoder, b *builder) error {
	var object map[string]json.RawMessage
	switch err := decoder.Decode(&object); {
	case errors.Is(err, io.EOF):
		return io.EOF
	case err != nil:
		return jsonMistake(decoder, err)
	case object == nil:
		return jsonMistake(decoder, errors.New("must be an object; got null"))
	}
	if b.columns == nil {
		b.columns = slices.Sorted(maps.Keys(object))
		if err := checkColumns(b.columns); err != nil {
			return jsonMistake(decoder, err)
		}
	}
	row := make([]string, len(b.columns))
	for i, name := range b.columns {
		value, ok := object[name]
		if !ok {
			return jsonMistake(decoder, fmt.Errorf("has no %q, which the first row has", name))
		}
		row[i] = cellOf(value)
		if err := checkCell(row[i]); err != nil {
			return jsonMistake(decoder, err)
		}
		delete(object, name)
	}
	for name := range object {
		return jsonMistake(decoder, fmt.Errorf("has %q, which the first row has not", name))
	}
	b.add(row)
	return nil
}

// cellOf returns a value as a text: a string without quotes, nothing for null, and
// any other value as JSON.
func cellOf(value json.RawMessage) string {
	var text string
	if json.Unmarshal(value, &text) == nil { // also null
		return text
	}
	return string(value)
}

// jsonMistake returns what is wrong at the place to which a decoder has come.
func jsonMistake(decoder *json.Decoder, err error) error {
	wrong := mistake{offset: decoder.InputOffset()}
	var syntax *json.SyntaxError
	var wrongType *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		// The decoder's own offset leaves out what is between values.
		wrong.inJSON, err = true, fmt.Errorf("is not JSON: %w", err)
	case errors.As(err, &wrongType):
		err = fmt.Errorf("must be an object; got %s", wrongType.Value)
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		wrong.offset, err = math.MaxInt64, errors.New("is not JSON: it ends too early")
	}
	wrong.err = err
	return &wrong
}
