package jsonschema

import (
	"maps"
	"regexp"
	"slices"

	"github.com/aurea-orchestrator/aurea/param"
)

// onObject is a rule for values that are objects.
func onObject(check func(e *evaluation, v instance, object map[string]any, seen *seen)) rule {
	return func(e *evaluation, v instance, seen *seen) {
		if object, ok := v.value.(map[string]any); ok {
			check(e, v, object, seen)
		}
	}
}

// sorted returns the names of an object's members in a fixed order.
func sorted[V any](object map[string]V) []string { return slices.Sorted(maps.Keys(object)) }

func compileRequired(c *compiler, use keywordUse) rule {
	names := c.names(use.value, use.at)
	return onObject(func(e *evaluation, v instance, object map[string]any, _ *seen) {
		e.require(v, object, names, "")
	})
}

// require checks that an object has members. Why ends the sentence.
func (e *evaluation) require(v instance, object map[string]any, names []string, why string) {
	for _, name := range names {
		if _, there := object[name]; !there {
			e.refuse(v.member(name, nil), "is needed%s", why)
		}
	}
}

func compileDependentRequired(c *compiler, use keywordUse) rule {
	lists, ok := use.value.(map[string]any)
	if !ok {
		c.refuse(use.at, "must be an object of lists of names; got %s", param.Describe(use.value))
	}
	needed := map[string][]string{}
	for name, list := range lists {
		needed[name] = c.names(list, use.at.member(name))
	}
	return onObject(func(e *evaluation, v instance, object map[string]any, _ *seen) {
		for _, name := range sorted(needed) {
			if _, there := object[name]; there {
				e.require(v, object, needed[name], " beside "+param.Clip(name))
			}
		}
	})
}

func compileDependentSchemas(c *compiler, use keywordUse) rule {
	schemas := c.members(use, func(document any, at place) *Schema { return c.inPlace(use.owner, document, at) })
	return onObject(func(e *evaluation, v instance, object map[string]any, seen *seen) {
		for _, name := range sorted(schemas) {
			if _, there := object[name]; there {
				e.check(schemas[name], v, seen)
			}
		}
	})
}

// compileDependencies is dependentRequired and dependentSchemas in one.
func compileDependencies(c *compiler, use keywordUse) rule {
	members, ok := use.value.(map[string]any)
	if !ok {
		c.refuse(use.at, "must be an object of schemas or lists of names; got %s", param.Describe(use.value))
	}
	names, schemas := use, use
	required, applied := map[string]any{}, map[string]any{}
	for name, member := range members {
		if _, isList := member.([]any); isList {
			required[name] = member
		} else {
			applied[name] = member
		}
	}
	names.value, schemas.value = required, applied
	require, apply := compileDependentRequired(c, names), compileDependentSchemas(c, schemas)
	return func(e *evaluation, v instance, seen *seen) {
		require(e, v, seen)
		apply(e, v, seen)
	}
}

func compileMinProperties(c *compiler, use keywordUse) rule {
	limit := c.size(use)
	return onObject(func(e *evaluation, v instance, object map[string]any, _ *seen) {
		if len(object) < limit {
			e.refuse(v, "must have at least %d members; got %d", limit, len(object))
		}
	})
}

func compileMaxProperties(c *compiler, use keywordUse) rule {
	limit := c.size(use)
	return onObject(func(e *evaluation, v instance, object map[string]any, _ *seen) {
		if len(object) > limit {
			e.refuse(v, "must have at most %d members; got %d", limit, len(object))
		}
	})
}

func compilePropertyNames(c *compiler, use keywordUse) rule {
	s := c.schema(use.value, use.at)
	return onObject(func(e *evaluation, v instance, object map[string]any, _ *seen) {
		for _, name := range sorted(object) {
			for _, wrong := range e.try(s, instance{value: name}, &seen{}) {
				e.refuse(v.member(name, nil), "has a name that %s", wrong.Message)
			}
		}
	})
}

func compileProperties(c *compiler, use keywordUse) rule {
	schemas := c.members(use, c.schema)
	return onObject(func(e *evaluation, v instance, object map[string]any, seen *seen) {
		for _, name := range sorted(object) {
			if s, declared := schemas[name]; declared {
				e.member(s, v, name, object[name], seen)
			}
		}
	})
}

// member checks a member of an object.
func (e *evaluation) member(s *Schema, v instance, name string, value any, into *seen) {
	e.check(s, v.member(name, value), &seen{})
	into.addMember(name)
}

func compilePatternProperties(c *compiler, use keywordUse) rule {
	schemas := c.members(use, c.schema)
	patterns := map[string]*regexp.Regexp{}
	for text := range schemas {
		patterns[text] = c.pattern(text, use.at.member(text))
	}
	return onObject(func(e *evaluation, v instance, object map[string]any, seen *seen) {
		for _, text := range sorted(patterns) {
			e.budget.spend(len(object))
			for _, name := range sorted(object) {
				if patterns[text].MatchString(name) {
					e.member(schemas[text], v, name, object[name], seen)
				}
			}
		}
	})
}

// compileAdditionalProperties checks the members that properties and
// patternProperties of the same schema leave.
func compileAdditionalProperties(c *compiler, use keywordUse) rule {
	s := c.schema(use.value, use.at)
	declared, _ := use.object["properties"].(map[string]any)
	var patterns []*regexp.Regexp
	texts, _ := use.object["patternProperties"].(map[string]any)
	for text := range texts {
		if pattern, err := regexp.Compile(text); err == nil {
			patterns = append(patterns, pattern)
		}
	}
	return onObject(func(e *evaluation, v instance, object map[string]any, seen *seen) {
		for _, name := range sorted(object) {
			if _, known := declared[name]; known {
				continue
			}
			if !slices.ContainsFunc(patterns, func(p *regexp.Regexp) bool { return p.MatchString(name) }) {
				e.member(s, v, name, object[name], seen)
			}
		}
	})
}

func compileUnevaluatedProperties(c *compiler, use keywordUse) rule {
	s := c.schema(use.value, use.at)
	return onObject(func(e *evaluation, v instance, object map[string]any, seen *seen) {
		for _, name := range sorted(object) {
			if !seen.members[name] {
				e.member(s, v, name, object[name], seen)
			}
		}
	})
}
