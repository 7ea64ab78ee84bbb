package jsonschema

// keywordCases are values that a schema accepts (want is "") or refuses.
var keywordCases = []struct {
	schema string
	cases  []keywordCase
}{
	{`true`, []keywordCase{{`1`, ""}}},
	{`false`, []keywordCase{{`1`, "v: is not allowed"}}},
	{`{}`, []keywordCase{{`null`, ""}}},
	{`{"type": "integer"}`, []keywordCase{
		{`1`, ""}, {`1.0`, ""}, {`1e2`, ""}, {`1.5`, "v: must be an integer; got 1.5"},
		{`"1"`, `v: must be an integer; got "1"`}, {`null`, "v: must be an integer; got null"},
		{`true`, "v: must be an integer; got true"},
		{`123456789012345678901234567890`, ""}, {`0.1e-40`, "v: must be an integer; got 0.1e-40"},
	}},
	{`{"type": ["null", "string", "object"]}`, []keywordCase{
		{`null`, ""}, {`""`, ""}, {`{}`, ""}, {`[]`, "v: must be null or an object or a text; got a list"},
	}},
	{`{"type": "number"}`, []keywordCase{{`1.5`, ""}, {`1`, ""}, {`[]`, "v: must be a number; got a list"}}},
	{`{"type": "boolean"}`, []keywordCase{{`false`, ""}, {`0`, "v: must be true or false; got 0"}}},
	{`{"enum": [1, "a", null, {"b": [1.0]}]}`, []keywordCase{
		{`1.0`, ""}, {`"a"`, ""}, {`null`, ""}, {`{"b": [1]}`, ""},
		{`false`, `v: must be one of 1, "a", null, {"b":[1.0]}; got false`},
		{`{"b": [1, 2]}`, `v: must be one of 1, "a", null, {"b":[1.0]}; got {"b":[1,2]}`},
	}},
	{`{"const": 0}`, []keywordCase{{`0.0`, ""}, {`-0`, ""}, {`false`, "v: must be 0; got false"}}},
	{`{"const": {"a": [false]}}`, []keywordCase{
		{`{"a": [false]}`, ""}, {`{"a": [0]}`, `v: must be {"a":[false]}; got {"a":[0]}`},
	}},
	{`{"minimum": 1, "maximum": 9}`, []keywordCase{
		{`1`, ""}, {`9.0`, ""}, {`"10"`, ""},
		{`0.9999999999999999999999`, "v: must be at least 1; got 0.9999999999999999999999"},
		{`10`, "v: must be at most 9; got 10"},
	}},
	{`{"exclusiveMinimum": 1, "exclusiveMaximum": 9}`, []keywordCase{
		{`1.1`, ""}, {`1`, "v: must be more than 1; got 1"}, {`9`, "v: must be less than 9; got 9"},
	}},
	{`{"multipleOf": 0.01}`, []keywordCase{
		{`0.07`, ""}, {`19.99`, ""}, {`0`, ""}, {`0.075`, "v: must be a multiple of 0.01; got 0.075"},
	}},
	{`{"minLength": 2, "maxLength": 3}`, []keywordCase{
		{`"äö"`, ""}, {`"💩💩💩"`, ""}, {`7`, ""}, {`"a"`, `v: must have at least 2 characters; got "a"`},
		{`"abcd"`, `v: must have at most 3 characters; got "abcd"`},
	}},
	{`{"pattern": "b+$"}`, []keywordCase{
		{`"abb"`, ""}, {`{}`, ""}, {`"a"`, `v: must match the pattern b+$; got "a"`},
	}},
	{`{"required": ["a", "b"]}`, []keywordCase{
		{`{"a": 1, "b": null}`, ""}, {`[]`, ""}, {`{"c": 1}`, "v.a: is needed; v.b: is needed"},
	}},
	{`{"dependentRequired": {"a": ["b", "c"]}}`, []keywordCase{
		{`{"b": 1}`, ""}, {`{"a": 1, "c": 1}`, "v.b: is needed beside a"},
	}},
	{`{"dependentSchemas": {"a": {"maxProperties": 1}}}`, []keywordCase{
		{`{"b": 1, "c": 2}`, ""}, {`{"a": 1, "c": 2}`, "v: must have at most 1 members; got 2"},
	}},
	{`{"minProperties": 1}`, []keywordCase{{`{"a": 1}`, ""}, {`{}`, "v: must have at least 1 members; got 0"}}},
	{`{"propertyNames": {"maxLength": 1}}`, []keywordCase{
		{`{"a": 1}`, ""}, {`{"ab": 1}`, `v.ab: has a name that must have at most 1 characters; got "ab"`},
	}},
	{`{"properties": {"a": {"type": "integer"}, "b": false}}`, []keywordCase{
		{`{"a": 1, "c": "x"}`, ""},
		{`{"a": "x", "b": 1}`, `v.a: must be an integer; got "x"; v.b: is not allowed`},
	}},
	{`{"properties": {"a": true}, "patternProperties": {"^b": {"minimum": 2}}, "additionalProperties": {"maximum": 1}}`,
		[]keywordCase{
			{`{"a": 9, "b": 9, "c": 1}`, ""},
			{`{"bx": 1, "c": 2}`, "v.bx: must be at least 2; got 1; v.c: must be at most 1; got 2"},
		}},
	{`{"minItems": 1, "maxItems": 2}`, []keywordCase{
		{`[1]`, ""}, {`[]`, "v: must have at least 1 items; got 0"}, {`[1, 2, 3]`, "v: must have at most 2 items; got 3"},
	}},
	{`{"uniqueItems": true}`, []keywordCase{
		{`[1, true, "1", [1], {"a": 1}]`, ""}, {`[{"a": 1, "b": 2}, 3, {"b": 2, "a": 1.0}]`,
			"v[2]: must differ from all other items; item 0 is equal"},
	}},
	{`{"uniqueItems": false}`, []keywordCase{{`[1, 1]`, ""}}},
	{`{"prefixItems": [{"type": "string"}, true], "items": {"type": "integer"}}`, []keywordCase{
		{`[]`, ""}, {`["a", null, 3]`, ""},
		{`[1, 2, "c"]`, `v[0]: must be a text; got 1; v[2]: must be an integer; got "c"`},
	}},
	{`{"contains": {"type": "integer"}, "minContains": 2, "maxContains": 3}`, []keywordCase{
		{`[1, "a", 2]`, ""}, {`{}`, ""},
		{`[1]`, "v: must contain at least 2 items that its schema describes; got 1"},
		{`[1, 2, 3, 4]`, "v: must contain at most 3 items that its schema describes; got 4"},
	}},
	{`{"contains": {"const": 1}, "minContains": 0}`, []keywordCase{{`[]`, ""}}},
	{`{"allOf": [{"minimum": 1}, {"multipleOf": 2}]}`, []keywordCase{
		{`2`, ""}, {`-1`, "v: must be at least 1; got -1; v: must be a multiple of 2; got -1"},
	}},
	{`{"anyOf": [{"type": "string"}, {"properties": {"a": {"minimum": 5}}, "type": "object"}]}`, []keywordCase{
		{`"x"`, ""}, {`{"a": 5}`, ""},
		{`{"a": 3}`, "v: must fit one of 2 schemas: must be a text; got an object, or a must be at least 5; got 3"},
	}},
	{`{"oneOf": [{"multipleOf": 2}, {"multipleOf": 3}]}`, []keywordCase{
		{`2`, ""}, {`9`, ""}, {`6`, "v: must fit exactly one of 2 schemas; it fits 2"},
		{`5`, "v: must fit one of 2 schemas: must be a multiple of 2; got 5, or must be a multiple of 3; got 5"},
	}},
	{`{"not": {"type": "string"}}`, []keywordCase{
		{`1`, ""}, {`"a"`, `v: must not be what its schema excludes; got "a"`},
	}},
	{`{"if": {"type": "string"}, "then": {"minLength": 2}, "else": {"minimum": 2}}`, []keywordCase{
		{`"ab"`, ""}, {`2`, ""}, {`"a"`, `v: must have at least 2 characters; got "a"`},
		{`1`, "v: must be at least 2; got 1"},
	}},
	{`{"$ref": "#/$defs/a~1b%25/items", "maximum": 5, "$defs": {"a/b%": {"items": {"minimum": 2}}}}`, []keywordCase{
		{`3`, ""}, {`1`, "v: must be at least 2; got 1"}, {`6`, "v: must be at most 5; got 6"},
	}},
	{`{"$ref": "#here", "$defs": {"a": {"$anchor": "here", "type": "string"}}}`, []keywordCase{
		{`""`, ""}, {`1`, "v: must be a text; got 1"},
	}},
	{`{"$id": "https://a.example/b/c", "properties": {"a": {"$ref": "c#/$defs/d"}}, "$defs": {"d": {"const": 1}}}`,
		[]keywordCase{{`{"a": 1}`, ""}, {`{"a": 2}`, "v.a: must be 1; got 2"}}},
	{`{"properties": {"next": {"$ref": "#"}}, "additionalProperties": false}`, []keywordCase{
		{`{"next": {"next": {}}}`, ""}, {`{"next": {"next": {"x": 1}}}`, "v.next.next.x: is not allowed"},
	}},
	{`{"allOf": [{"properties": {"a": true}}], "if": {"required": ["b"]}, "then": {"properties": {"b": true}},
		"anyOf": [{"properties": {"c": {"type": "integer"}}}, true], "unevaluatedProperties": false}`, []keywordCase{
		{`{"a": 1, "b": 2, "c": 3}`, ""}, {`{"a": 1, "d": 4}`, "v.d: is not allowed"}, {`{"c": "x"}`, "v.c: is not allowed"},
	}},
	{`{"allOf": [{"prefixItems": [true]}], "contains": {"type": "string"}, "unevaluatedItems": false}`, []keywordCase{
		{`[1, "a"]`, ""}, {`[1, "a", 2]`, "v[2]: is not allowed"},
	}},
	{`{"$schema": "http://json-schema.org/draft-07/schema#", "items": [{"type": "string"}], "additionalItems": false}`,
		[]keywordCase{{`["a"]`, ""}, {`["a", 1]`, "v[1]: is not allowed"}}},
	{`{"$schema": "http://json-schema.org/draft-07/schema#", "definitions": {"a": {"minimum": 1}},
		"dependencies": {"a": ["b"], "c": {"properties": {"c": {"$ref": "#/definitions/a"}}}}}`, []keywordCase{
		{`{"a": 1, "b": 1, "c": 1}`, ""}, {`{"a": 1, "c": 0}`, "v.b: is needed beside a; v.c: must be at least 1; got 0"},
	}},
	{`{"$schema": "https://json-schema.org/draft/2019-09/schema", "contains": {"const": 1}, "unevaluatedItems": false}`,
		[]keywordCase{{`[1]`, "v[0]: is not allowed"}}},
}

type keywordCase struct{ value, want string }

// refusedSchemas cannot be checked as they were meant.
var refusedSchemas = []struct{ schema, want string }{
	{`1`, "schema: must be a schema: an object, true or false; got 1"},
	{`{"properties": {"a": "integer"}}`,
		`schema.properties.a: must be a schema: an object, true or false; got "integer"`},
	{`{"propertys": {}}`, "schema.propertys: is not a keyword; did you mean properties?"},
	{`{"allOf": [{"wild": 1}]}`, "schema.allOf[0].wild: is not a keyword"},
	{`{"type": "strin", "minimum": "1", "required": ["a", "a"], "minLength": -1}`,
		`schema.type: must be one of null, boolean, object, array, number, string, integer; got "strin"; ` +
			`schema.minimum: must be a number; got "1"; schema.minLength: must be an integer of 0 or more; got -1; ` +
			"schema.required: must be a list of different texts; got a list"},
	{`{"type": []}`, "schema.type: must be a type or several; got a list"},
	{`{"pattern": "("}`,
		"schema.pattern: must be a regular expression of RE2: error parsing regexp: missing closing ): `(`"},
	{`{"anyOf": []}`, "schema.anyOf: must be a list of schemas, with one at least; got a list"},
	{`{"multipleOf": 0}`, "schema.multipleOf: must be a number above 0; got 0"},
	{`{"items": [true]}`,
		"schema.items: must be one schema in draft 2020-12; write prefixItems for a list of them"},
	{`{"dependencies": {}}`,
		"schema.dependencies: is no keyword of draft 2020-12; write dependentRequired or dependentSchemas"},
	{`{"$schema": "http://json-schema.org/draft-07/schema#", "prefixItems": [true], "format": "date"}`,
		"schema.format: is no keyword of draft-07 that is checked here; write a pattern; " +
			"schema.prefixItems: is no keyword of draft-07; write items, a list"},
	{`{"$schema": "http://json-schema.org/draft-07/schema#", "$ref": "#/definitions/a", "minimum": 1,
		"definitions": {"a": true}}`,
		"schema.minimum: stands beside $ref, where draft-07 ignores it; put both into allOf"},
	{`{"$schema": "http://json-schema.org/draft-04/schema#"}`, "schema.$schema: must be the URL of draft 2020-12, " +
		"2019-09, 7 or 6, such as https://json-schema.org/draft/2020-12/schema; " +
		`got "http://json-schema.org/draft-04/schema#…`},
	{`{"$ref": "#/$defs/a"}`,
		`schema.$ref: refers to "#/$defs/a", which is no schema of this document; other documents are not loaded`},
	{`{"$ref": "http://127.0.0.1:1/a"}`, `schema.$ref: refers to "http://127.0.0.1:1/a", ` +
		"which is no schema of this document; other documents are not loaded"},
	{`{"properties": {"a": {"$id": "b"}}}`,
		"schema.properties.a.$id: is only possible at the top of a schema; refer to #/$defs/name instead"},
	{`{"$dynamicRef": "#a"}`, "schema.$dynamicRef: is not a keyword"},
	{`{"$ref": "#"}`, "schema.$ref: refers to itself for the same value, without end"},
	{`{"items": {"$ref": "#/$defs/a"}, "$defs": {"a": {"anyOf": [true, {"not": {"$ref": "#/$defs/b"}}]},
		"b": {"if": {"$ref": "#/$defs/a"}}}}`,
		"schema.$defs.a.anyOf[1].not.$ref: refers to itself for the same value, without end"},
	{`{"$anchor": "a", "$defs": {"b": {"$anchor": "a"}}}`,
		`schema.$defs.b.$anchor: must be unlike all others; "a" is there twice`},
	{`{"maximum": 1e999999999}`,
		"schema: must have numbers of up to 64 digits, no further from 1 than 1e300; got 1e999999999"},
}
