package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// findJSON returns the line and column of a location in a JSON document, or of
// the nearest value around it that there is.
func findJSON(content []byte, location string) (line, column int) {
	decoder := json.NewDecoder(bytes.NewReader(content))
	at := next(content, 0)
	for location != "" {
		found, rest, ok := enter(decoder, content, location)
		if !ok {
			break
		}
		at, location = found, rest
	}
	return lineAt(content, at)
}

// enter goes into an object or a list up to the value of the entry that a
// location begins with. It returns where the entry begins, and the rest of the
// location.
func enter(decoder *json.Decoder, content []byte, location string) (at int, rest string, ok bool) {
	opening, err := decoder.Token()
	if err != nil {
		return 0, "", false
	}
	for i := 0; decoder.More(); i++ {
		at = next(content, int(decoder.InputOffset()))
		step := fmt.Sprintf("[%d]", i)
		if opening == json.Delim('{') {
			key, err := decoder.Token()
			if err != nil {
				return 0, "", false
			}
			step, _ = key.(string)
		}
		if rest, ok := stepInto(location, step); ok {
			return at, rest, true
		}
		if err := decoder.Decode(new(json.RawMessage)); err != nil {
			return 0, "", false
		}
	}
	return 0, "", false
}

// stepInto is the rest of a location behind its first step, if that is the one.
func stepInto(location, step string) (rest string, ok bool) {
	rest, ok = strings.CutPrefix(location, step)
	if !ok || step == "" {
		return "", false
	}
	if inner, dotted := strings.CutPrefix(rest, "."); dotted {
		return inner, true
	}
	return rest, rest == "" || rest[0] == '['
}

// next is where the next token begins.
func next(content []byte, offset int) int {
	return len(content) - len(bytes.TrimLeft(content[min(offset, len(content)):], " \t\r\n,:"))
}
