package param

import (
	"errors"
	"fmt"
	"strings"
)

// ErrInvalid is wrapped by every error about what a user has written.
var ErrInvalid = errors.New("invalid")

// A FieldError says what is wrong with one field.
type FieldError struct {
	Location string // path in the document, such as "stages[1].rate"; "" for the document itself
	Message  string // the rule and what was found, in one sentence without a full stop
}

func (e FieldError) Error() string {
	if e.Location == "" {
		return e.Message
	}
	return e.Location + ": " + e.Message
}

// An InvalidError lists every field that is wrong. It is an ErrInvalid.
type InvalidError struct{ Fields []FieldError }

func (e *InvalidError) Error() string {
	messages := make([]string, len(e.Fields))
	for i, field := range e.Fields {
		messages[i] = field.Error()
	}
	return strings.Join(messages, "; ")
}

// Is makes errors.Is(err, ErrInvalid) true.
func (e *InvalidError) Is(target error) bool { return target == ErrInvalid }

// Invalid returns an InvalidError about one field.
func Invalid(location, format string, args ...any) error {
	return &InvalidError{[]FieldError{{location, fmt.Sprintf(format, args...)}}}
}

// Problems collects field errors, so that one error lists all of them.
type Problems []FieldError

// Add adds a field error.
func (p *Problems) Add(location, format string, args ...any) {
	*p = append(*p, FieldError{location, fmt.Sprintf(format, args...)})
}

// Err returns an *InvalidError with the problems, or nil if there are none.
func (p Problems) Err() error {
	if len(p) == 0 {
		return nil
	}
	return &InvalidError{p}
}

// Merge returns an *InvalidError with the fields of every *InvalidError in
// errs, or nil if there are none. If an error is of another kind, it returns
// the first such error.
func Merge(errs ...error) error {
	var all Problems
	for _, err := range errs {
		var invalid *InvalidError
		if errors.As(err, &invalid) {
			all = append(all, invalid.Fields...)
		} else if err != nil {
			return err
		}
	}
	return all.Err()
}

// Within puts a location before those in an *InvalidError. It returns other
// errors unchanged.
func Within(location string, err error) error {
	var invalid *InvalidError
	if !errors.As(err, &invalid) {
		return err
	}
	var located Problems
	for _, field := range invalid.Fields {
		located = append(located, FieldError{Join(location, field.Location), field.Message})
	}
	return located.Err()
}

// Join returns the location of a member of the object at a location.
func Join(location, name string) string {
	if location == "" {
		return name
	}
	return location + "." + name
}
