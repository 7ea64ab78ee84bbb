package jsonschema

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aurea-orchestrator/aurea/param"
)

// A compiler compiles the schemas of one document.
type compiler struct {
	keywords  []keyword
	draft     draft
	draftName string
	id        string // the document's own URI, "" if it has none
	byPointer map[string]*Schema
	anchors   map[string]*Schema
	order     []*Schema // as compiled
	pending   []reference
	problems  param.Problems
}

// A place is where in the document something stands.
type place struct {
	pointer  string // a JSON pointer
	location string // for people
}

var pointerEscapes = strings.NewReplacer("~", "~0", "/", "~1")

func (p place) member(name string) place {
	return place{
		pointer: p.pointer + "/" + pointerEscapes.Replace(name), location: param.Join(p.location, param.Clip(name)),
	}
}

func (p place) item(i int) place {
	return place{
		pointer: fmt.Sprintf("%s/%d", p.pointer, i), location: fmt.Sprintf("%s[%d]", p.location, i),
	}
}

// A keywordUse is a keyword in a schema that is compiled.
type keywordUse struct {
	at     place
	value  any
	object map[string]any // the schema
	owner  *Schema
}

func (c *compiler) refuse(at place, format string, args ...any) {
	c.problems.Add(at.location, format, args...)
}

// schema compiles the schema at a place. It records what is wrong with it.
func (c *compiler) schema(document any, at place) *Schema {
	s := &Schema{}
	c.byPointer[at.pointer] = s
	c.order = append(c.order, s)
	switch document := document.(type) {
	case bool:
		if !document {
			s.rules = []rule{func(e *evaluation, v instance, _ *seen) { e.refuse(v, "is not allowed") }}
		}
	case map[string]any:
		c.object(document, at, s)
	default:
		c.refuse(at, "must be a schema: an object, true or false; got %s", param.Describe(document))
	}
	return s
}

func (c *compiler) object(document map[string]any, at place, s *Schema) {
	c.checkNames(document, at)
	for _, k := range c.keywords {
		value, given := document[k.name]
		if !given {
			continue
		}
		use := keywordUse{at: at.member(k.name), value: value, object: document, owner: s}
		if c.draft < k.since || k.until != 0 && c.draft > k.until {
			c.refuse(use.at, "is no keyword of %s%s", c.draftName, k.instead)
			continue
		}
		if r := k.compile(c, use); r != nil {
			s.rules = append(s.rules, r)
		}
	}
}

// checkNames refuses keywords that are unknown, which the drafts ignore.
func (c *compiler) checkNames(document map[string]any, at place) {
	var names []string
	for _, k := range c.keywords {
		names = append(names, k.name)
	}
	_, refers := document["$ref"]
	for _, name := range slices.Sorted(maps.Keys(document)) {
		switch known := slices.Contains(names, name); {
		case strings.HasPrefix(name, "x-"):
		case !known:
			hint := ""
			if meant := param.Closest(name, names); meant != "" {
				hint = "; did you mean " + meant + "?"
			}
			c.refuse(at.member(name), "is not a keyword%s", hint)
		case refers && c.draft < draft2019 && !besideRef[name]:
			c.refuse(at.member(name), "stands beside $ref, where %s ignores it; put both into allOf", c.draftName)
		}
	}
}

// besideRef are the keywords that change nothing beside a $ref.
var besideRef = map[string]bool{
	"$ref": true, "$schema": true, "$id": true, "$comment": true, "definitions": true, "title": true,
	"description": true, "default": true, "examples": true,
}

// inPlace compiles a schema that applies to the same value as its owner.
func (c *compiler) inPlace(owner *Schema, document any, at place) *Schema {
	s := c.schema(document, at)
	owner.inPlace = append(owner.inPlace, s)
	return s
}

// list compiles a keyword whose value is a list of schemas.
func (c *compiler) list(use keywordUse, compile func(document any, at place) *Schema) []*Schema {
	items, ok := use.value.([]any)
	if !ok || len(items) == 0 {
		c.refuse(use.at, "must be a list of schemas, with one at least; got %s", param.Describe(use.value))
		return nil
	}
	var schemas []*Schema
	for i, item := range items {
		schemas = append(schemas, compile(item, use.at.item(i)))
	}
	return schemas
}

// members compiles a keyword whose value is an object of schemas.
func (c *compiler) members(use keywordUse, compile func(document any, at place) *Schema) map[string]*Schema {
	object, ok := use.value.(map[string]any)
	if !ok {
		c.refuse(use.at, "must be an object of schemas; got %s", param.Describe(use.value))
		return nil
	}
	schemas := map[string]*Schema{}
	for _, name := range slices.Sorted(maps.Keys(object)) {
		schemas[name] = compile(object[name], use.at.member(name))
	}
	return schemas
}

// names reads a list of different texts.
func (c *compiler) names(value any, at place) []string {
	items, ok := value.([]any)
	var names []string
	for _, item := range items {
		name, isText := item.(string)
		ok = ok && isText && !slices.Contains(names, name)
		names = append(names, name)
	}
	if !ok {
		c.refuse(at, "must be a list of different texts; got %s", param.Describe(value))
	}
	return names
}

// size reads a number of items, members or characters.
func (c *compiler) size(use keywordUse) int {
	n, ok := numberOf(use.value)
	if !ok || !n.IsInt() || n.Sign() < 0 {
		c.refuse(use.at, "must be an integer of 0 or more; got %s", param.Describe(use.value))
		return 0
	}
	if !n.Num().IsInt64() {
		return maxSize
	}
	return int(min(n.Num().Int64(), maxSize))
}

// maxSize is more than any value has.
const maxSize = 1 << 30
