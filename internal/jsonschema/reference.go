package jsonschema

import (
	"net/url"
	"strings"

	"github.com/aurea-orchestrator/aurea/param"
)

// A reference is a $ref that is resolved when every schema is compiled.
type reference struct {
	at     place
	text   string
	owner  *Schema
	target **Schema
}

func compileRef(c *compiler, use keywordUse) rule {
	text, ok := use.value.(string)
	if !ok {
		c.refuse(use.at, "must be a reference, such as #/$defs/name; got %s", param.Describe(use.value))
		return nil
	}
	target := new(*Schema)
	c.pending = append(c.pending, reference{at: use.at, text: text, owner: use.owner, target: target})
	return func(e *evaluation, v instance, seen *seen) { e.check(*target, v, seen) }
}

func compileID(c *compiler, use keywordUse) rule {
	id, ok := use.value.(string)
	_, err := url.Parse(id)
	switch {
	case !ok || err != nil:
		c.refuse(use.at, "must be a URI; got %s", param.Describe(use.value))
	case use.at.pointer != "/$id":
		c.refuse(use.at, "is only possible at the top of a schema; refer to #/$defs/name instead")
	case strings.Contains(strings.TrimSuffix(id, "#"), "#"):
		c.refuse(use.at, "must be a URI without a fragment; got %q", id)
	}
	return nil
}

func compileAnchor(c *compiler, use keywordUse) rule {
	name, ok := use.value.(string)
	switch {
	case !ok || name == "" || strings.ContainsAny(name, "/#% "):
		c.refuse(use.at, "must be a name; got %s", param.Describe(use.value))
	case c.anchors[name] != nil:
		c.refuse(use.at, "must be unlike all others; %q is there twice", name)
	default:
		c.anchors[name] = use.owner
	}
	return nil
}

// resolve finds the targets of all references.
func (c *compiler) resolve() {
	for _, r := range c.pending {
		target := c.find(r.text)
		if target == nil {
			c.refuse(r.at, "refers to %q, which is no schema of this document; other documents are not loaded", r.text)
			continue
		}
		*r.target = target
		r.owner.inPlace = append(r.owner.inPlace, target)
	}
}

// find returns the schema that a reference means, nil if there is none.
func (c *compiler) find(text string) *Schema {
	base, err := url.Parse(strings.TrimSuffix(c.id, "#"))
	if err != nil {
		return nil
	}
	to, err := url.Parse(text)
	if err != nil {
		return nil
	}
	to = base.ResolveReference(to)
	fragment := to.Fragment
	to.Fragment, to.RawFragment, base.Fragment = "", "", ""
	if to.String() != base.String() {
		return nil
	}
	if fragment == "" || strings.HasPrefix(fragment, "/") {
		return c.byPointer[fragment]
	}
	return c.anchors[fragment]
}

// checkCycles refuses a schema that applies itself to the same value, which
// would have no end.
func (c *compiler) checkCycles() error {
	const (
		open = 1 + iota
		done
	)
	state := map[*Schema]int{}
	var visit func(s *Schema) bool
	visit = func(s *Schema) bool {
		state[s] = open
		for _, next := range s.inPlace {
			if state[next] == open || state[next] == 0 && !visit(next) {
				return false
			}
		}
		state[s] = done
		return true
	}
	for _, s := range c.order {
		if state[s] == 0 && !visit(s) {
			return param.Invalid(c.locationOf(s), "refers to itself for the same value, without end")
		}
	}
	return nil
}

// locationOf returns the location of the first $ref that leads out of a schema
// or of what it applies to the same value.
func (c *compiler) locationOf(s *Schema) string {
	reached := map[*Schema]bool{}
	var reach func(s *Schema)
	reach = func(s *Schema) {
		if !reached[s] {
			reached[s] = true
			for _, next := range s.inPlace {
				reach(next)
			}
		}
	}
	reach(s)
	for _, r := range c.pending {
		if reached[r.owner] {
			return r.at.location
		}
	}
	return ""
}
