package format

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"unicode/utf16"
	"unicode/utf8"
)

// A JSONWriter writes a JSON document in which it escapes the characters
// that isUnsafe reports. Programs decode the same values, and a terminal
// receives no control characters.
type JSONWriter struct {
	w       io.Writer
	partial []byte // the first bytes of a character that a Write cut in two
}

// NewJSONWriter returns a JSONWriter that writes to w.
func NewJSONWriter(w io.Writer) *JSONWriter { return &JSONWriter{w: w} }

// WriteJSON writes a value as indented JSON through a JSONWriter.
func WriteJSON(w io.Writer, value any) error {
	encoder := json.NewEncoder(NewJSONWriter(w))
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(value)
}

func (e *JSONWriter) Write(document []byte) (int, error) {
	text := document
	if len(e.partial) > 0 {
		text = slices.Concat(e.partial, document)
	}
	var safe bytes.Buffer
	for len(text) > 0 {
		ascii := slices.IndexFunc(text, func(b byte) bool { return b >= '\x7f' }) // no character is decoded
		if ascii < 0 {
			ascii = len(text)
		}
		safe.Write(text[:ascii])
		if text = text[ascii:]; !utf8.FullRune(text) {
			break
		}
		r, size := utf8.DecodeRune(text)
		if isUnsafe(r) {
			safe.WriteString(escapeRune(r))
		} else {
			safe.Write(text[:size])
		}
		text = text[size:]
	}
	e.partial = bytes.Clone(text)
	if _, err := e.w.Write(safe.Bytes()); err != nil {
		return 0, err
	}
	return len(document), nil
}

// escapeRune returns the JSON escape of a character.
func escapeRune(r rune) string {
	if high, low := utf16.EncodeRune(r); high != utf8.RuneError {
		return fmt.Sprintf(`\u%04x\u%04x`, high, low)
	}
	return fmt.Sprintf(`\u%04x`, r)
}
