package jsonschema

import (
	"fmt"

	"github.com/aurea-orchestrator/aurea/param"
)

// Limits of one Check. A step is a schema applied to a value, or a comparison
// of two values; the depth is that of schemas within schemas.
const (
	maxSteps = 1_000_000
	maxDepth = 10_000
)

// An instance is a value, or a part of one, that is checked.
type instance struct {
	value    any
	location string
}

func (v instance) member(name string, value any) instance {
	return instance{value: value, location: param.Join(v.location, param.Clip(name))}
}

func (v instance) item(i int, value any) instance {
	return instance{value: value, location: fmt.Sprintf("%s[%d]", v.location, i)}
}

// A budget limits the time of a Check. All evaluations of one Check share it.
type budget struct {
	steps, depth int
}

func (b *budget) spend(steps int) { b.steps -= steps }
func (b *budget) spent() bool     { return b.steps <= 0 }

// An evaluation collects what is wrong with a value.
type evaluation struct {
	budget   *budget
	problems param.Problems
}

func (e *evaluation) refuse(v instance, format string, args ...any) {
	e.problems.Add(v.location, format, args...)
}

// check applies a schema to a value. If the value is valid, seen gets the
// members and items that the schema has checked.
func (e *evaluation) check(s *Schema, v instance, into *seen) {
	e.budget.spend(1)
	if e.budget.depth >= maxDepth {
		e.budget.steps = 0
	}
	if e.budget.spent() {
		return
	}
	e.budget.depth++
	defer func() { e.budget.depth-- }()
	before := len(e.problems)
	var own seen
	for _, r := range s.rules {
		r(e, v, &own)
	}
	if len(e.problems) == before {
		into.merge(own)
	}
}

// try applies a schema and returns what is wrong, without recording it.
func (e *evaluation) try(s *Schema, v instance, into *seen) param.Problems {
	branch := &evaluation{budget: e.budget}
	branch.check(s, v, into)
	return branch.problems
}

// seen is which members and items of a value its schemas have checked.
type seen struct {
	members map[string]bool
	items   map[int]bool
}

func (s *seen) addMember(name string) {
	if s.members == nil {
		s.members = map[string]bool{}
	}
	s.members[name] = true
}

func (s *seen) addItem(i int) {
	if s.items == nil {
		s.items = map[int]bool{}
	}
	s.items[i] = true
}

func (s *seen) merge(other seen) {
	for name := range other.members {
		s.addMember(name)
	}
	for i := range other.items {
		s.addItem(i)
	}
}
