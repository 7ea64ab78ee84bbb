package specfile

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/aurea-orchestrator/aurea/param"
)

// parseJSON decodes a JSON file.
func parseJSON(content []byte) (*File, error) {
	f := &File{content: content}
	var syntax *json.SyntaxError
	if err := json.Unmarshal(content, new(any)); errors.As(err, &syntax) {
		line, column := offsetPosition(content, int(syntax.Offset)-1)
		return nil, mistake(line, column, "is not JSON: "+
			strings.Replace(syntax.Error(), "unexpected end of JSON input", "it ends too early", 1))
	}
	fields, err := param.DecodeObject(content)
	f.Fields = fields
	return f, f.Locate(err)
}

// JSONPosition returns the line and column of a location in a JSON document, or
// of the nearest value around it.
func JSONPosition(content []byte, location string) (line, column int) {
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
		if rest, ok := TrimStep(location, step); ok {
			return offset, rest, true
		}
		if err := decoder.Decode(new(json.RawMessage)); err != nil {
			return 0, "", false
		}
	}
	return 0, "", false
}

// TrimStep returns the rest of a location behind its first step. It reports false
// unless that is the given one, such as "stages" or "[1]".
func TrimStep(location, step string) (rest string, ok bool) {
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
