package param

import (
	"bytes"
	"encoding/json"
)

// PlainJSON encodes a value like json.Marshal, but does not escape < > and &.
// So a threshold reads p99 < 1s. Its errors are those of json.Marshal.
func PlainJSON(value any) (json.RawMessage, error) {
	var data bytes.Buffer
	encoder := json.NewEncoder(&data)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(data.Bytes(), []byte{'\n'}), nil
}
