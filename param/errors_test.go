package param

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var errOutage = errors.New("the database is away")

// fieldsOf returns the field errors of an *InvalidError; nil for other errors.
func fieldsOf(err error) []FieldError {
	var invalid *InvalidError
	if !errors.As(err, &invalid) {
		return nil
	}
	return invalid.Fields
}

func TestMerge(t *testing.T) {
	one, two := Invalid("a", "must be %d", 1), Invalid("b", "is needed")
	both := &InvalidError{[]FieldError{{"a", "must be 1"}, {"b", "is needed"}}}
	for name, test := range map[string]struct {
		errs []error
		want []FieldError
	}{
		"no errors":         {nil, nil},
		"only nil":          {[]error{nil, nil}, nil},
		"one among nils":    {[]error{nil, one, nil}, []FieldError{{"a", "must be 1"}}},
		"the order is kept": {[]error{two, one}, []FieldError{{"b", "is needed"}, {"a", "must be 1"}}},
		"several fields in one": {
			[]error{both, two}, []FieldError{{"a", "must be 1"}, {"b", "is needed"}, {"b", "is needed"}},
		},
		"a wrapped InvalidError":  {[]error{fmt.Errorf("spec: %w", one)}, []FieldError{{"a", "must be 1"}}},
		"the result of a merging": {[]error{Merge(one, nil), Merge()}, []FieldError{{"a", "must be 1"}}},
	} {
		err := Merge(test.errs...)
		if diff := cmp.Diff(test.want, fieldsOf(err)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if invalid := errors.Is(err, ErrInvalid); invalid != (test.want != nil) {
			t.Errorf("%s: errors.Is(%v, ErrInvalid) = %v", name, err, invalid)
		}
	}
}

// An error that is not about a field is returned as it is, because a caller
// must not treat an outage as the user's mistake.
func TestMergeReturnsOtherErrors(t *testing.T) {
	later := errors.New("another outage")
	err := Merge(Invalid("a", "is needed"), errOutage, later)
	if err != errOutage { //nolint:errorlint // the error itself
		t.Errorf("Merge = %v, want %v", err, errOutage)
	}
}

func TestWithin(t *testing.T) {
	two := &InvalidError{[]FieldError{{"rate", "is needed"}, {"steps[0].kind", "is unknown"}}}
	wrapped := fmt.Errorf("spec: %w", Invalid("b", "is needed"))
	for name, test := range map[string]struct {
		location string
		err      error
		want     []FieldError
	}{
		"each field": {
			"parts[1]", two, []FieldError{{"parts[1].rate", "is needed"}, {"parts[1].steps[0].kind", "is unknown"}},
		},
		"no location":            {"", two, two.Fields},
		"a wrapped InvalidError": {"a", wrapped, []FieldError{{"a.b", "is needed"}}},
	} {
		if diff := cmp.Diff(test.want, fieldsOf(Within(test.location, test.err))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	if diff := cmp.Diff([]FieldError{{"rate", "is needed"}, {"steps[0].kind", "is unknown"}}, two.Fields); diff != "" {
		t.Errorf("Within changed its argument (-want +got):\n%s", diff)
	}
	for _, err := range []error{nil, errOutage} {
		if got := Within("a", err); got != err { //nolint:errorlint // the error itself
			t.Errorf("Within(%v) = %v", err, got)
		}
	}
}
