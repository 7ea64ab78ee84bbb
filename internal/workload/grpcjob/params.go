package grpcjob

import (
	"context"
	"crypto/tls"
	"time"

	"github.com/aurea-orchestrator/aurea/internal/egress"
	"github.com/aurea-orchestrator/aurea/internal/httpclient"
	"github.com/aurea-orchestrator/aurea/internal/template"
	"github.com/aurea-orchestrator/aurea/internal/workload"
	"github.com/aurea-orchestrator/aurea/param"
)

// params are the typed parameters of grpc jobs. They do not change.
type params struct {
	targets     egress.Allowlist
	target      httpclient.HostPort
	method      methodName
	messages    messageTemplates
	metadata    metadataTemplate
	timed       bool // a field has a timestamp
	owned       bool // a field has the number of the user
	expect      expectParams
	captures    []capture // their fields are known with the types
	connections int64
	timeout     time.Duration // of the call; 0 for none of its own
	tls         *tls.Config   // nil for plaintext
	authority   string        // "" for the target
	maxMessages int64         // of a response; 0 for all
	maxBytes    int64         // of a message that is received
	known       *calls        // nil if the server has to be asked for the types
}

// calls are what jobs do, once the types are known.
type calls struct {
	method   method
	messages *messages
	expect   *expectation
	captures []capture
}

// newParams types and checks the parameters of grpc jobs.
func newParams(v param.Values, scope workload.Scope, targets egress.Allowlist) (*params, error) {
	p := &params{
		targets:     targets,
		expect:      newExpectParams(v.Object(expectParameter.Name)),
		connections: v.Integer("connections"),
		timeout:     v.Duration("timeout"),
		authority:   v.Text("authority"),
		maxMessages: v.Integer("max_messages"),
		maxBytes:    v.Integer("max_bytes"),
	}
	var err error
	if p.target, err = parseTarget(v.Text("target"), targets); err != nil {
		return nil, err
	}
	if p.method, err = parseMethodName(v.Text("method")); err != nil {
		return nil, err
	}
	if most, why := scope.MaxConnections(); p.connections > most {
		return nil, param.Invalid("connections", "must be at most %d on this host, %s; got %d",
			most, why, p.connections)
	}
	if p.tls, err = workload.NewTLSConfig(v.Object("tls")); err != nil {
		return nil, err
	}
	parser := template.Parser{
		Seed: scope.Seed, Captured: scope.Captured(), Columns: scope.Data.Columns(), Cell: scope.Data.AppendOf,
		Users: scope.Users,
	}
	if p.messages, err = newMessageTemplates(v, &parser); err != nil {
		return nil, err
	}
	if p.metadata, err = newMetadataTemplate(v.Fields("metadata"), &parser); err != nil {
		return nil, err
	}
	p.timed, p.owned = parser.UsesTime(), parser.UsesUser()
	if p.captures, err = newCaptures(v.StringMap(captureParameter.Name), scope); err != nil {
		return nil, err
	}
	types, err := readTypes(v, scope.Policy.Files)
	if err != nil || types == nil {
		return p, err
	}
	found, err := p.method.in(types)
	if err != nil {
		return nil, err
	}
	p.known, err = p.bind(found)
	return p, err
}

// bind checks the messages against the types of the method.
func (p *params) bind(m method) (*calls, error) {
	messages, err := p.messages.bind(m)
	if err != nil {
		return nil, err
	}
	expect, err := p.expect.bind(m)
	if err != nil {
		return nil, err
	}
	captures, err := bindCaptures(p.captures, m.Output())
	return &calls{m, messages, expect, captures}, err
}

// parseTarget parses a host and port that jobs may call.
func parseTarget(text string, targets egress.Allowlist) (httpclient.HostPort, error) {
	target, err := httpclient.ParseHostPort(text)
	if err != nil || target.Host == "" {
		return target, param.Invalid("target", "must be a host and a port such as localhost:50051; got %q", text)
	}
	if err := targets.CheckHost(target.Host, target.Port); err != nil {
		return target, param.Invalid("target", "%v", err)
	}
	return target, nil
}

// open learns the types of the method, unless they are known, and returns the
// jobs. It makes no connection for them: each connection is made by the first
// job that needs it.
func (p *params) open(ctx context.Context) (workload.Jobs, error) {
	known := p.known
	if known == nil {
		found, err := p.reflect(ctx)
		if err != nil {
			return workload.Jobs{}, err
		}
		if known, err = p.bind(found); err != nil {
			return workload.Jobs{}, err
		}
	}
	r, err := newRunner(p, known)
	if err != nil {
		return workload.Jobs{}, err
	}
	return workload.Jobs{Runner: workload.WithTimeout(r, p.timeout), Closers: []func(){r.close}}, nil
}
