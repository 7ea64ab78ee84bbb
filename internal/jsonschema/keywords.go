package jsonschema

import "github.com/aurea-orchestrator/aurea/param"

// A keyword is what a schema may say.
type keyword struct {
	name         string
	since, until draft  // the drafts that have it; until 0 is the newest
	instead      string // what other drafts have, for the error
	compile      func(*compiler, keywordUse) rule
}

// keywords are all keywords, those that depend on what others have seen last.
// Compile passes them on, as they lead to functions that need them.
var keywords = []keyword{
	{name: "$schema", compile: compileNote},
	{name: "$id", compile: compileID},
	{name: "$anchor", since: draft2019, compile: compileAnchor},
	{name: "$ref", compile: compileRef},
	{name: "$defs", since: draft2019, instead: "; write definitions", compile: compileDefinitions},
	{name: "definitions", compile: compileDefinitions},
	{name: "$comment", compile: compileText},
	{name: "title", compile: compileText},
	{name: "description", compile: compileText},
	{name: "default", compile: compileNote},
	{name: "examples", compile: compileNote},
	{name: "deprecated", since: draft2019, compile: compileNote},
	{name: "readOnly", since: draft7, compile: compileNote},
	{name: "writeOnly", since: draft7, compile: compileNote},
	{name: "format", since: draft2019, instead: " that is checked here; write a pattern", compile: compileText},
	{name: "contentEncoding", since: draft7, compile: compileText},
	{name: "contentMediaType", since: draft7, compile: compileText},
	{name: "contentSchema", since: draft2019, compile: compileNote},

	{name: "type", compile: compileType},
	{name: "enum", compile: compileEnum},
	{name: "const", compile: compileConst},
	{name: "minimum", compile: compileMinimum},
	{name: "maximum", compile: compileMaximum},
	{name: "exclusiveMinimum", compile: compileExclusiveMinimum},
	{name: "exclusiveMaximum", compile: compileExclusiveMaximum},
	{name: "multipleOf", compile: compileMultipleOf},
	{name: "minLength", compile: compileMinLength},
	{name: "maxLength", compile: compileMaxLength},
	{name: "pattern", compile: compilePattern},

	{name: "required", compile: compileRequired},
	{name: "dependentRequired", since: draft2019, instead: "; write dependencies", compile: compileDependentRequired},
	{name: "minProperties", compile: compileMinProperties},
	{name: "maxProperties", compile: compileMaxProperties},
	{name: "propertyNames", compile: compilePropertyNames},
	{name: "properties", compile: compileProperties},
	{name: "patternProperties", compile: compilePatternProperties},
	{name: "additionalProperties", compile: compileAdditionalProperties},

	{name: "minItems", compile: compileMinItems},
	{name: "maxItems", compile: compileMaxItems},
	{name: "uniqueItems", compile: compileUniqueItems},
	{name: "prefixItems", since: draft2020, instead: "; write items, a list", compile: compilePrefixItems},
	{name: "items", compile: compileItems},
	{
		name: "additionalItems", until: draft2019, instead: "; write prefixItems and items",
		compile: compileAdditionalItems,
	},
	{name: "contains", compile: compileContains},
	{name: "minContains", since: draft2019, compile: compileSize},
	{name: "maxContains", since: draft2019, compile: compileSize},

	{name: "allOf", compile: compileAllOf},
	{name: "anyOf", compile: compileAnyOf},
	{name: "oneOf", compile: compileOneOf},
	{name: "not", compile: compileNot},
	{name: "if", since: draft7, compile: compileIf},
	{name: "then", since: draft7, compile: compileBranch},
	{name: "else", since: draft7, compile: compileBranch},
	{name: "dependentSchemas", since: draft2019, instead: "; write dependencies", compile: compileDependentSchemas},
	{
		name: "dependencies", until: draft7, instead: "; write dependentRequired or dependentSchemas",
		compile: compileDependencies,
	},
	{name: "unevaluatedItems", since: draft2019, compile: compileUnevaluatedItems},
	{name: "unevaluatedProperties", since: draft2019, compile: compileUnevaluatedProperties},
}

// compileNote accepts a keyword that describes.
func compileNote(*compiler, keywordUse) rule { return nil }

// compileText accepts a keyword that describes by a text.
func compileText(c *compiler, use keywordUse) rule {
	if _, ok := use.value.(string); !ok {
		c.refuse(use.at, "must be a text; got %s", param.Describe(use.value))
	}
	return nil
}

// compileDefinitions compiles schemas that others refer to.
func compileDefinitions(c *compiler, use keywordUse) rule {
	c.members(use, c.schema)
	return nil
}

// compileSize checks a keyword that another one uses.
func compileSize(c *compiler, use keywordUse) rule {
	c.size(use)
	return nil
}

// compileBranch accepts then and else, which if compiles. Without it they mean
// nothing.
func compileBranch(c *compiler, use keywordUse) rule {
	if _, given := use.object["if"]; !given {
		c.inPlace(use.owner, use.value, use.at)
	}
	return nil
}
