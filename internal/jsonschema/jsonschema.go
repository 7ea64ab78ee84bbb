// Package jsonschema validates decoded JSON against a JSON Schema that stands
// alone, draft 2020-12 by default, 2019-09, 7 or 6 by its $schema. It loads no
// other document, ends in bounded time and reports every problem with its
// location.
//
// A schema is often a guard, so one that does not say what its author meant is
// refused: with an unknown keyword (names that begin with x- are notes), a
// keyword of another draft, or a reference without end. $dynamicRef and an $id
// below the top are not supported and refused as well. As in the drafts, format
// and the content… keywords describe and check nothing.
//
// The package has no work at start-up: the libraries that pass the tests of the
// drafts compile their meta schemas then, a third of what the command takes to
// print its version.
package jsonschema

import (
	"github.com/aurea-orchestrator/aurea/param"
)

// A Schema is a compiled schema. It is safe for concurrent use.
type Schema struct {
	rules   []rule
	inPlace []*Schema // applied to the same value
}

// A rule checks one keyword of a schema. It records what is wrong with the
// value, and in seen which members and items it has checked.
type rule func(e *evaluation, v instance, seen *seen)

// Compile compiles a decoded schema, with numbers as json.Number. Location is
// the schema's own, for the errors. The error is a *param.InvalidError.
func Compile(document any, location string) (*Schema, error) {
	if err := checkScale(document, location); err != nil {
		return nil, err
	}
	c := &compiler{keywords: keywords, byPointer: map[string]*Schema{}, anchors: map[string]*Schema{}}
	if err := c.chooseDraft(document, location); err != nil {
		return nil, err
	}
	root := c.schema(document, place{location: location})
	c.resolve()
	if err := c.problems.Err(); err != nil {
		return nil, err
	}
	if err := c.checkCycles(); err != nil {
		return nil, err
	}
	return root, nil
}

// Check validates a decoded value, with numbers as json.Number. Location is the
// value's own, for the errors. The error is a *param.InvalidError with every
// problem.
func (s *Schema) Check(value any, location string) error {
	if err := checkScale(value, location); err != nil {
		return err
	}
	e := &evaluation{budget: &budget{steps: maxSteps}}
	e.check(s, instance{value: value, location: location}, &seen{})
	if e.budget.spent() {
		return param.Invalid(location, "takes more than %d steps to check; simplify it, or its schema", maxSteps)
	}
	return e.problems.Err()
}

// Accepts reports whether a value is valid.
func (s *Schema) Accepts(value any) bool { return s.Check(value, "") == nil }
