package httpclient

import (
	"slices"
	"strings"
)

// A Field is a line of a request's header, with its name in the case in which it
// is sent.
type Field struct{ Name, Value string }

// A Header is the fields of a request in the order in which they are sent. A name
// may come again.
type Header []Field

// Get returns the first value of a name, in whatever case it is written.
func (h Header) Get(name string) (value string, found bool) {
	for _, f := range h {
		if strings.EqualFold(f.Name, name) {
			return f.Value, true
		}
	}
	return "", false
}

// Without is the header without some names, in whatever case they are written. h
// stays as it was.
func (h Header) Without(names ...string) Header {
	return slices.DeleteFunc(slices.Clone(h), func(f Field) bool {
		return slices.ContainsFunc(names, func(name string) bool { return strings.EqualFold(f.Name, name) })
	})
}
