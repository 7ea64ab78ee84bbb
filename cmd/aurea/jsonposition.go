package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// jsonPosition returns the line and column of a location in a JSON document, or
// of the nearest value around it.
func jsonPosition(content []byte, location string) (line, column int) {
	decoder := json.NewDecoder(bytes.NewReader(content))
	offset := skipSeparators(content, 0)
	for location != "" {
		found, rest, ok := enterValue(decoder, content, location)
		if !ok {
			break
		}
		offset, location = found, rest
	}
	return offsetPosition(content, offset)
}

// enterValue moves the decoder to the value of the entry that a location begins
// with. It returns the offset of the entry and the rest of the location.
func enterValue(decoder *json.Decoder, content []byte, location string) (offset int, rest string, ok bool) {
	opening, err := decoder.Token()
	if err != nil {
		return 0, "", false
	}
	for i := 0; decoder.More(); i++ {
		offset = skipSeparators(content, int(decoder.InputOffset()))
		step := fmt.Sprintf("[%d]", i)
		if opening == json.Delim('{') {
			key, err := decoder.Token()
			if err != nil {
				return 0, "", false
			}
			step, _ = key.(string)
		}
		if rest, ok := trimStep(location, step); ok {
			return offset, rest, true
		}
		if err := decoder.Decode(new(json.RawMessage)); err != nil {
			return 0, "", false
		}
	}
	return 0, "", false
}

// trimStep removes the first step of a location if it equals step.
func trimStep(location, step string) (rest string, ok bool) {
	rest, ok = strings.CutPrefix(location, step)
	if !ok || step == "" {
		return "", false
	}
	if inner, dotted := strings.CutPrefix(rest, "."); dotted {
		return inner, true
	}
	return rest, rest == "" || rest[0] == '['
}

// skipSeparators returns the offset of the next token.
func skipSeparators(content []byte, offset int) int {
	return len(content) - len(bytes.TrimLeft(content[min(offset, len(content)):], " \t\r\n,:"))
}
