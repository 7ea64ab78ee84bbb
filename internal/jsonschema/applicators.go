package jsonschema

import (
	"strings"

	"github.com/aurea-orchestrator/aurea/param"
)

// branches compiles a list of schemas for the same value.
func (c *compiler) branches(use keywordUse) []*Schema {
	return c.list(use, func(document any, at place) *Schema { return c.inPlace(use.owner, document, at) })
}

func compileAllOf(c *compiler, use keywordUse) rule {
	schemas := c.branches(use)
	return func(e *evaluation, v instance, seen *seen) {
		for _, s := range schemas {
			e.check(s, v, seen)
		}
	}
}

func compileAnyOf(c *compiler, use keywordUse) rule {
	schemas := c.branches(use)
	return func(e *evaluation, v instance, seen *seen) {
		if fitting, wrong := e.tryAll(schemas, v, seen); fitting == 0 {
			e.refuse(v, "must fit one of %d schemas: %s", len(schemas), alternatives(v, wrong))
		}
	}
}

func compileOneOf(c *compiler, use keywordUse) rule {
	schemas := c.branches(use)
	return func(e *evaluation, v instance, seen *seen) {
		switch fitting, wrong := e.tryAll(schemas, v, seen); {
		case fitting == 0:
			e.refuse(v, "must fit one of %d schemas: %s", len(schemas), alternatives(v, wrong))
		case fitting > 1:
			e.refuse(v, "must fit exactly one of %d schemas; it fits %d", len(schemas), fitting)
		}
	}
}

// tryAll returns how many schemas accept a value, and what is wrong by each of
// the others.
func (e *evaluation) tryAll(schemas []*Schema, v instance, into *seen) (fitting int, wrong []param.Problems) {
	for _, s := range schemas {
		if problems := e.try(s, v, into); len(problems) > 0 {
			wrong = append(wrong, problems)
		} else {
			fitting++
		}
	}
	return fitting, wrong
}

// maxAlternatives limits the schemas whose problems an error names.
const maxAlternatives = 5

// alternatives says what is wrong by each of several schemas.
func alternatives(v instance, wrong []param.Problems) string {
	var texts []string
	for _, problems := range wrong[:min(len(wrong), maxAlternatives)] {
		first := problems[0]
		where := strings.TrimPrefix(strings.TrimPrefix(first.Location, v.location), ".")
		texts = append(texts, strings.TrimSpace(where+" "+first.Message))
	}
	return strings.Join(texts, ", or ")
}

func compileNot(c *compiler, use keywordUse) rule {
	s := c.inPlace(use.owner, use.value, use.at)
	return func(e *evaluation, v instance, _ *seen) {
		if len(e.try(s, v, &seen{})) == 0 {
			e.refuse(v, "must not be what its schema excludes; got %s", param.Describe(v.value))
		}
	}
}

func compileIf(c *compiler, use keywordUse) rule {
	condition := c.inPlace(use.owner, use.value, use.at)
	branch := func(name string) *Schema {
		document, given := use.object[name]
		if !given {
			return &Schema{}
		}
		at := place{
			pointer:  strings.TrimSuffix(use.at.pointer, "if") + name,
			location: strings.TrimSuffix(use.at.location, "if") + name,
		}
		return c.inPlace(use.owner, document, at)
	}
	then, otherwise := branch("then"), branch("else")
	return func(e *evaluation, v instance, seen *seen) {
		if len(e.try(condition, v, seen)) == 0 {
			e.check(then, v, seen)
		} else {
			e.check(otherwise, v, seen)
		}
	}
}
