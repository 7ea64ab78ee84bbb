package param

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// A Named is an ordered list of named values that is an object in JSON, its
// members in the order of the list.
type Named[T any] []NamedValue[T]

// A NamedValue is one member of a Named.
type NamedValue[T any] struct {
	Name  string
	Value T
}

// Get returns the value of that name.
func (n Named[T]) Get(name string) (value T, ok bool) {
	for _, member := range n {
		if member.Name == name {
			return member.Value, true
		}
	}
	return value, false
}

// MarshalJSON writes an object with its members in order.
func (n Named[T]) MarshalJSON() ([]byte, error) {
	out := []byte{'{'}
	for i, member := range n {
		name, err := json.Marshal(member.Name)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(member.Value)
		if err != nil {
			return nil, err
		}
		if i > 0 {
			out = append(out, ',')
		}
		out = append(append(append(out, name...), ':'), value...)
	}
	return append(out, '}'), nil
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (n *Named[T]) UnmarshalJSON(data []byte) error {
	decoder := json.NewDecoder(bytes.NewReader(data))
	token, err := decoder.Token()
	if err != nil || token != json.Delim('{') {
		return fmt.Errorf("must be an object; got %v", token)
	}
	*n = nil
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return err
		}
		member := NamedValue[T]{Name: name.(string)} // the decoder refuses any other token before a colon
		if err := decoder.Decode(&member.Value); err != nil {
			return err
		}
		*n = append(*n, member)
	}
	return nil
}
