package httpjob

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/aurea-orchestrator/aurea/internal/httpclient"
	"github.com/aurea-orchestrator/aurea/internal/workload"
)

// maxNesting limits the nesting of a response's JSON.
const maxNesting = 1000

// withJSON calls inspect with a response's body as JSON. It ends soon after ctx
// is done.
func withJSON(ctx context.Context, response *httpclient.Response, inspect func(document any) error) error {
	if response.Truncated {
		return wrongBody("the answer is longer than the %d bytes that are looked into", maxInspected)
	}
	if len(response.Body) > largeResponse {
		release, err := decoders().acquire(ctx)
		if err != nil {
			return err
		}
		defer release()
	}
	document, err := decodeJSON(response.Body)
	if err != nil {
		return err
	}
	return inspect(document)
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
// deeper than the given levels. It may be wrong for text that is not JSON.
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

// wrongBody returns the failure of a job whose response has a wrong body.
func wrongBody(format string, args ...any) error {
	return &workload.Failure{Class: httpclient.ClassBody, Err: fmt.Errorf(format, args...)}
}

// equal reports whether two decoded values are equal: numbers by value, so that
// 1.0 equals 1, and other values by their JSON.
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

// scalar writes a decoded value: a text without quotes, other values as JSON.
func scalar(value any) string {
	if text, ok := value.(string); ok {
		return text
	}
	encoded, _ := json.Marshal(value) // what was decoded can be encoded
	return string(encoded)
}

// clip shortens a text to fit a sentence.
func clip(text string) string {
	if runes := []rune(text); len(runes) > 60 {
		return string(runes[:60]) + "…"
	}
	return text
}
