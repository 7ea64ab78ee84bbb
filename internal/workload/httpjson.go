package workload

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/theory/jsonpath"

	"github.com/aurea-orchestrator/aurea/internal/transport"
)

// A jsonPath is a JSONPath (RFC 9535) with the text that it was read from. The
// zero value is none.
type jsonPath struct {
	text string
	path *jsonpath.Path
}

func readPath(text string) (jsonPath, error) {
	path, err := jsonpath.Parse(text)
	if err != nil {
		return jsonPath{}, fmt.Errorf("must be a JSONPath such as $.status; %w", err)
	}
	return jsonPath{text, path}, nil
}

func (p jsonPath) isZero() bool { return p.path == nil }

// first is the first value at the path.
func (p jsonPath) first(document any) (value any, found bool) {
	values := p.path.Select(document)
	if len(values) == 0 {
		return nil, false
	}
	return values[0], true
}

// decodeJSON is an answer's body as JSON.
func decodeJSON(answer *transport.Answer) (any, error) {
	if answer.Truncated {
		return nil, wrongBody("the answer is longer than the %d bytes that are looked into", mostKept)
	}
	decoder := json.NewDecoder(bytes.NewReader(answer.Body))
	decoder.UseNumber()
	var document any
	if err := decoder.Decode(&document); err != nil {
		return nil, wrongBody("the answer is not JSON: %w", err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, wrongBody("the answer is not JSON: there is more behind its value")
	}
	return document, nil
}

func wrongBody(format string, args ...any) error {
	return &Failure{transport.ClassBody, fmt.Errorf(format, args...)}
}

// equal reports whether two decoded values are the same: numbers by value, 1.0
// and 1, and anything else as it is written.
func equal(a, b any) bool {
	x, isNumber := a.(json.Number)
	y, both := b.(json.Number)
	if isNumber && both {
		p, err1 := x.Float64()
		q, err2 := y.Float64()
		return err1 == nil && err2 == nil && p == q
	}
	return isNumber == both && scalar(a) == scalar(b)
}

// scalar is how a decoded value is written: a text without quotes, anything else
// as JSON.
func scalar(value any) string {
	if text, ok := value.(string); ok {
		return text
	}
	encoded, _ := json.Marshal(value) // what was decoded can be encoded
	return string(encoded)
}

// clip cuts a text to a length that fits a sentence.
func clip(text string) string {
	if runes := []rune(text); len(runes) > 60 {
		return string(runes[:60]) + "…"
	}
	return text
}
