package jsonschema

import (
	"strings"

	"github.com/aurea-orchestrator/aurea/param"
)

// A draft is a version of JSON Schema, by its year; the older ones by their
// number.
type draft int

const (
	draft6    draft = 6
	draft7    draft = 7
	draft2019 draft = 2019
	draft2020 draft = 2020
)

var draftURLs = []struct {
	draft draft
	url   string // without scheme and #
}{
	{draft6, "json-schema.org/draft-06/schema"},
	{draft7, "json-schema.org/draft-07/schema"},
	{draft2019, "json-schema.org/draft/2019-09/schema"},
	{draft2020, "json-schema.org/draft/2020-12/schema"},
	{draft2020, "json-schema.org/schema"},
}

// chooseDraft reads the $schema of a document.
func (c *compiler) chooseDraft(document any, location string) error {
	c.draft, c.draftName = draft2020, "draft 2020-12"
	object, _ := document.(map[string]any)
	c.id, _ = object["$id"].(string)
	declared, given := object["$schema"]
	if !given {
		return nil
	}
	text, _ := declared.(string)
	url := strings.TrimSuffix(text, "#")
	if _, after, found := strings.Cut(url, "://"); found {
		url = after
	}
	for _, known := range draftURLs {
		if url == known.url {
			c.draft = known.draft
			path := strings.TrimSuffix(strings.TrimPrefix(url, "json-schema.org/"), "/schema")
			if known.draft != draft2020 {
				c.draftName = strings.Replace(path, "/", " ", 1)
			}
			return nil
		}
	}
	return param.Invalid(param.Join(location, "$schema"), "must be the URL of draft 2020-12, 2019-09, 7 or 6, such as "+
		"https://json-schema.org/draft/2020-12/schema; got %s", param.Describe(declared))
}
