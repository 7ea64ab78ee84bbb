package jsonschema

import (
	"math/big"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/aurea-orchestrator/aurea/param"
)

func compileType(c *compiler, use keywordUse) rule {
	wanted := []string{}
	if name, ok := use.value.(string); ok {
		wanted = append(wanted, name)
	} else if wanted = c.names(use.value, use.at); len(wanted) == 0 {
		c.refuse(use.at, "must be a type or several; got %s", param.Describe(use.value))
		return nil
	}
	var names, texts []string
	for _, known := range typeNames {
		names = append(names, known.name)
		if slices.Contains(wanted, known.name) {
			texts = append(texts, known.text)
		}
	}
	for _, name := range wanted {
		if !slices.Contains(names, name) {
			c.refuse(use.at, "must be one of %s; got %q", strings.Join(names, ", "), name)
		}
	}
	text := strings.Join(texts, " or ")
	return func(e *evaluation, v instance, _ *seen) {
		if !slices.ContainsFunc(wanted, func(name string) bool { return hasType(v.value, name) }) {
			e.refuse(v, "must be %s; got %s", text, param.Describe(v.value))
		}
	}
}

func compileEnum(c *compiler, use keywordUse) rule {
	allowed, ok := use.value.([]any)
	if !ok {
		c.refuse(use.at, "must be a list of values; got %s", param.Describe(use.value))
	}
	var texts []string
	for _, value := range allowed {
		texts = append(texts, show(value))
	}
	text := strings.Join(texts, ", ")
	return func(e *evaluation, v instance, _ *seen) {
		if !slices.ContainsFunc(allowed, func(value any) bool { return e.equal(value, v.value) }) {
			e.refuse(v, "must be one of %s; got %s", text, show(v.value))
		}
	}
}

func compileConst(_ *compiler, use keywordUse) rule {
	return func(e *evaluation, v instance, _ *seen) {
		if !e.equal(use.value, v.value) {
			e.refuse(v, "must be %s; got %s", show(use.value), show(v.value))
		}
	}
}

func compileMinimum(c *compiler, use keywordUse) rule {
	return c.bound(use, "must be at least %s; got %s", func(order int) bool { return order >= 0 })
}

func compileMaximum(c *compiler, use keywordUse) rule {
	return c.bound(use, "must be at most %s; got %s", func(order int) bool { return order <= 0 })
}

func compileExclusiveMinimum(c *compiler, use keywordUse) rule {
	return c.bound(use, "must be more than %s; got %s", func(order int) bool { return order > 0 })
}

func compileExclusiveMaximum(c *compiler, use keywordUse) rule {
	return c.bound(use, "must be less than %s; got %s", func(order int) bool { return order < 0 })
}

// bound compares numbers with the keyword's. Fits says which order is right.
func (c *compiler) bound(use keywordUse, message string, fits func(order int) bool) rule {
	limit, ok := numberOf(use.value)
	if !ok {
		c.refuse(use.at, "must be a number; got %s", param.Describe(use.value))
		return nil
	}
	return func(e *evaluation, v instance, _ *seen) {
		if n, ok := numberOf(v.value); ok && !fits(n.Cmp(limit)) {
			e.refuse(v, message, param.Describe(use.value), param.Describe(v.value))
		}
	}
}

func compileMultipleOf(c *compiler, use keywordUse) rule {
	divisor, ok := numberOf(use.value)
	if !ok || divisor.Sign() <= 0 {
		c.refuse(use.at, "must be a number above 0; got %s", param.Describe(use.value))
		return nil
	}
	return func(e *evaluation, v instance, _ *seen) {
		if n, ok := numberOf(v.value); ok && !new(big.Rat).Quo(n, divisor).IsInt() {
			e.refuse(v, "must be a multiple of %s; got %s", param.Describe(use.value), param.Describe(v.value))
		}
	}
}

func compileMinLength(c *compiler, use keywordUse) rule {
	limit := c.size(use)
	return func(e *evaluation, v instance, _ *seen) {
		if text, ok := v.value.(string); ok && utf8.RuneCountInString(text) < limit {
			e.refuse(v, "must have at least %d characters; got %s", limit, param.Describe(v.value))
		}
	}
}

func compileMaxLength(c *compiler, use keywordUse) rule {
	limit := c.size(use)
	return func(e *evaluation, v instance, _ *seen) {
		if text, ok := v.value.(string); ok && utf8.RuneCountInString(text) > limit {
			e.refuse(v, "must have at most %d characters; got %s", limit, param.Describe(v.value))
		}
	}
}

func compilePattern(c *compiler, use keywordUse) rule {
	text, ok := use.value.(string)
	if !ok {
		c.refuse(use.at, "must be a regular expression; got %s", param.Describe(use.value))
		return nil
	}
	pattern := c.pattern(text, use.at)
	return func(e *evaluation, v instance, _ *seen) {
		if text, ok := v.value.(string); ok && !pattern.MatchString(text) {
			e.refuse(v, "must match the pattern %s; got %s", pattern, param.Describe(v.value))
		}
	}
}

// pattern compiles a regular expression in Go's syntax, which is matched in
// linear time.
func (c *compiler) pattern(text string, at place) *regexp.Regexp {
	pattern, err := regexp.Compile(text)
	if err != nil {
		c.refuse(at, "must be a regular expression of RE2: %v", err)
	}
	return pattern
}
