package httpclient

import (
	"slices"
	"strings"
)

// A Field is a header field of a request. Its name is sent in the given case.
type Field struct{ Name, Value string }

// A Header is a request's fields in the order in which they are sent. A name
// may occur several times.
type Header []Field

// Get returns the first value of a field, ignoring the case of its name.
func (h Header) Get(name string) (value string, found bool) {
	for _, f := range h {
		if strings.EqualFold(f.Name, name) {
			return f.Value, true
		}
	}
	return "", false
}

// Without returns a copy of the header without the named fields, ignoring case.
func (h Header) Without(names ...string) Header {
	return slices.DeleteFunc(slices.Clone(h), func(f Field) bool {
		return slices.ContainsFunc(names, func(name string) bool { return strings.EqualFold(f.Name, name) })
	})
}
