package grpcjob

import (
	"fmt"
	"time"

	"github.com/aurea-orchestrator/aurea/internal/template"
	"github.com/aurea-orchestrator/aurea/param"
)

// maxMessages limits the messages that a spec lists.
const maxMessages = 10_000

// messageTemplates are the messages of a spec, as their JSON. Whether they fit
// the method is checked when its types are known.
type messageTemplates struct {
	list     []messageTemplate
	listed   bool // the spec has a list
	repeat   int64
	interval time.Duration
}

type messageTemplate struct {
	template.Template
	location string
}

// newMessageTemplates reads the parameters of the messages. Without any, jobs
// send one message without fields.
func newMessageTemplates(v param.Values, parser *template.Parser) (messageTemplates, error) {
	t := messageTemplates{repeat: v.Integer("repeat"), interval: v.Duration("interval")}
	given := v["message"]
	if given == nil {
		given = map[string]any{}
	}
	items, listed := given.([]any)
	t.listed = listed
	if !listed {
		items = []any{given}
	}
	if len(items) > maxMessages {
		return t, param.Invalid("message", "must have at most %d messages; got %d", maxMessages, len(items))
	}
	for i, item := range items {
		location := "message"
		if listed {
			location = fmt.Sprintf("message[%d]", i)
		}
		if _, isObject := item.(map[string]any); !isObject {
			return t, param.Invalid(location, "must be an object, the JSON of the method's type; got %s",
				param.Describe(item))
		}
		encoded, err := param.PlainJSON(item)
		if err != nil {
			return t, param.Invalid(location, "cannot be sent as JSON: %v", err)
		}
		parsed, err := parser.ParseJSON(string(encoded))
		if err != nil {
			return t, param.Invalid(location, "%v", err)
		}
		t.list = append(t.list, messageTemplate{parsed, location})
	}
	return t, nil
}
