package grpcjob

import (
	"time"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/dynamicpb"

	"github.com/aurea-orchestrator/aurea/internal/template"
	"github.com/aurea-orchestrator/aurea/param"
)

// messages are what jobs send. They do not change.
type messages struct {
	method   method
	list     []message
	repeat   int64
	interval time.Duration
}

// A message is what a job sends once.
type message struct {
	messageTemplate
	fixed *encoded // of every job; nil if jobs differ
}

// bind checks that messages fit a method, as job 0 sends them.
func (t messageTemplates) bind(m method) (*messages, error) {
	switch streams := m.IsStreamingClient(); {
	case t.listed && !streams:
		return nil, param.Invalid("message", "must be one object, since %s takes one message", m.Name())
	case t.repeat > 1 && !streams:
		return nil, param.Invalid("repeat", "cannot be given, since %s takes one message", m.Name())
	case t.interval > 0 && !streams:
		return nil, param.Invalid("interval", "cannot be given, since %s takes one message", m.Name())
	}
	bound := &messages{method: m, repeat: t.repeat, interval: t.interval}
	for _, given := range t.list {
		first, err := m.render(given, template.Input{})
		if err != nil {
			return nil, err
		}
		one := message{messageTemplate: given}
		if given.Fixed() {
			one.fixed = newEncoded(first)
		}
		bound.list = append(bound.list, one)
	}
	return bound, nil
}

// render encodes a message for a job. The error has the path of the field that
// is wrong.
func (m method) render(given messageTemplate, in template.Input) ([]byte, error) {
	document := given.Append(nil, in, template.AppendJSON)
	typed := dynamicpb.NewMessage(m.Input())
	if err := (protojson.UnmarshalOptions{Resolver: m.types}).Unmarshal(document, typed); err != nil {
		return nil, m.explain(given.location, document, err)
	}
	return proto.MarshalOptions{Deterministic: true}.Marshal(typed)
}

// of returns what a job sends in place of one message.
func (s *messages) of(i int, in template.Input) (*encoded, error) {
	one := &s.list[i]
	if one.fixed != nil {
		return one.fixed, nil
	}
	content, err := s.method.render(one.messageTemplate, in)
	if err != nil {
		return nil, templateFailure(err)
	}
	return newEncoded(content), nil
}
