package aurea

import (
	"bytes"
	"encoding/json"
)

// PlainJSON is a value as JSON in which a threshold reads p99 < 1s: nothing is
// escaped that only HTML would have escaped. The error is that of the value's own
// encoding, or that JSON has no form of it.
func PlainJSON(value any) (json.RawMessage, error) {
	var data bytes.Buffer
	encoder := json.NewEncoder(&data)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(data.Bytes(), []byte{'\n'}), nil
}
