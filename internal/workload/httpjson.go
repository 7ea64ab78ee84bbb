package workload

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/aurea-orchestrator/aurea/internal/httpclient"
)

// maxNesting is how deep the values of an answer may be nested.
const maxNesting = 1000

// withJSON calls look with an answer's body as JSON. It ends soon after ctx is done.
func withJSON(ctx context.Context, answer *httpclient.Response, look func(document any) error) error {
	if answer.Truncated {
		return wrongBody("the answer is longer than the %d bytes that are looked into", mostKept)
	}
	if len(answer.Body) > largeAnswer {
		leave, err := decoding().enter(ctx)
		if err != nil {
			return err
		}
		defer leave()
	}
	document, err := decodeJSON(answer.Body)
	if err != nil {
		return err
	}
	return look(document)
}

func decodeJSON(body []byte) (any, error) {
	if nestedBeyond(body, maxNesting) {
		return nil, wrongBody("the answer's JSON is nested more than %d levels deep", maxNesting)
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
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

// nestedBeyond reports whether the lists and objects of a document are nested
// deeper than that. It may be wrong of what is not JSON.
func nestedBeyond(document []byte, levels int) bool {
	if len(document) < 2*levels {
		return false
	}
	depth, inText := 0, false
	for i := 0; i < len(document); i++ {
		switch c := document[i]; {
		case inText && c == '\\':
			i++
		case c == '"':
			inText = !inText
		case inText:
		case c == '[' || c == '{':
			if depth++; depth > levels {
				return true
			}
		case c == ']' || c == '}':
			depth--
		}
	}
	return false
}

func wrongBody(format string, args ...any) error {
	return &Failure{httpclient.ClassBody, fmt.Errorf(format, args...)}
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
