package workload

import (
	"context"
	"sync"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/egress"
	"github.com/aurea-orchestrator/aurea/internal/httpclient"
	"github.com/aurea-orchestrator/aurea/param"
)

// web calls a service over HTTP. With poll, a job is what the service does
// behind its answer: it is submitted, and watched until it has ended.
var web = kind{
	Kind: aurea.Kind{
		Name: "http",
		Doc:  "calls a service over HTTP; with poll, submits a job to it and waits until that is done",
		Parameters: []param.Parameter{
			{Name: "url", Type: param.Text, Max: 8192, Required: true, Doc: "whom to call; path and query may have fields such as {{job}}"},
			{Name: "method", Type: param.Text, Max: 32, Doc: "GET unless given, or POST with a body"},
			{Name: "headers", Type: param.FieldList, Doc: "of the request, in the case and, as a list, in the order in which they are sent; values may have fields"},
			{Name: "body", Type: param.Any, Doc: "of the request: a text, or what is sent as JSON; may have fields " + knownFields},
			{Name: bodyBytes, Type: param.Text, Doc: "of the request: any bytes, in base64, which are sent as they are; in place of body"},
			expectParameter,
			{Name: "version", Type: param.Text, Options: []string{"1.1", "2"}, Default: "1.1", Doc: "of HTTP"},
			{Name: "connections", Type: param.Integer, Min: 1, Max: 1e6, Doc: "most connections at once, for which jobs wait; as many as jobs in flight unless given"},
			{Name: "keepalive", Type: param.Boolean, Default: true, Doc: "whether a connection serves several requests"},
			tlsParameter,
			{Name: "redirects", Type: param.Integer, Max: 20, Default: int64(0), Doc: "how many redirects to follow"},
			{Name: "max_bytes", Type: param.Integer, Min: 1, Max: 1 << 40, Default: int64(1 << 30), Doc: "most bytes of an answer; a longer one fails"},
			pollParameter,
		},
		MostInFlight: MostRunning,
		Timeout:      time.Minute,
	},
	punctual: true,
	connects: true,
	measures: measuredByWeb,
	check: func(values map[string]any, p place) error {
		if err := checkConnections(values, p); err != nil {
			return err
		}
		w, err := newCaller(values, 0, p.host)
		if err != nil {
			return err
		}
		w.client.Close()
		return w.checkMemory(values, p)
	},
	runs: func(o opening) (Jobs, error) {
		w, err := newCaller(o.values, o.seed, o.host)
		if err != nil {
			return Jobs{}, err
		}
		return Jobs{Runner: w, close: []func(){w.client.Close}}, nil
	},
}

// The phases and counters of web, by their places.
const (
	phaseWait = iota
	phaseDNS
	phaseConnect
	phaseTLS
	phaseFirstByte
	phaseBody
	phaseAccept
	phaseQueue
	phasePoll
	phaseCompletion
)

const (
	countSent = iota
	countReceived
	countConnections
	countRedirects
	countRetries
	countPolls
	countPollsSent
	countPollsReceived
)

// measuredByWeb has what polls tell only where there are some.
func measuredByWeb(values map[string]any) aurea.Measures {
	m := aurea.Measures{
		Phases:   []string{"wait", "dns", "connect", "tls", "first_byte", "body"},
		Counters: []string{"bytes_out", "bytes_in", "connections", "redirects", "retries"},
	}
	if values[pollParameter.Name] != nil {
		m.Phases = append(m.Phases, "accept", "queue", "poll", "completion")
		m.Counters = append(m.Counters, "polls", "poll_bytes_out", "poll_bytes_in")
	}
	return m
}

// A caller is the http jobs of a run. Its methods may be called from many
// goroutines at once.
type caller struct {
	client    *httpclient.Client
	targets   egress.Allowlist
	request   request
	expect    expectation
	redirects int64
	poll      *poll // nil without one
	told      bool  // the headers say what jobs are traced as
	kept      int64 // bytes of an answer that is looked into; 0 of none
	http2     bool
	memory    limit
	used      *meter // of memory; nil until the jobs are opened
	answers   sync.Pool
}

// newCaller makes the caller that checked parameters describe; what they do not
// show is checked here. It connects to nothing.
func newCaller(values map[string]any, seed uint64, host Host) (*caller, error) {
	security, err := readTLS(values[tlsParameter.Name])
	if err != nil {
		return nil, err
	}
	c := &caller{
		targets:   host.Targets,
		redirects: values["redirects"].(int64),
		http2:     values["version"] == "2",
		memory:    host.memoryLimit(),
		answers:   sync.Pool{New: func() any { return new(httpclient.Response) }},
	}
	if c.expect, err = readExpectation(values[expectParameter.Name]); err != nil {
		return nil, err
	}
	if c.poll, err = readPoll(values[pollParameter.Name]); err != nil {
		return nil, err
	}
	if c.looks() {
		c.kept = min(mostKept, values["max_bytes"].(int64))
	}
	if host.usage != nil {
		c.used = &host.usage.memory
	}
	c.client = httpclient.New(httpclient.Options{
		Allow:       host.Targets.Allow,
		Connections: int(c.connections(values, host)),
		KeepAlive:   values["keepalive"].(bool),
		TLS:         security,
		HTTP2:       c.http2,
		MaxBody:     values["max_bytes"].(int64),
	})
	if c.request, err = newRequest(c.client, host.Targets, values, seed); err != nil {
		return nil, err
	}
	c.told = c.request.has(traceHeader)
	return c, nil
}

// Run makes the job's request and judges the answer; with poll it then waits
// until the service says that the job is done.
func (c *caller) Run(ctx context.Context, job int64, notes Notes) error {
	if held := c.heldByJob(); held > 0 {
		if !c.used.take(held, c.memory.most) {
			return c.memory.passed(held)
		}
		defer c.used.give(held)
	}
	answer := c.answers.Get().(*httpclient.Response)
	defer c.answers.Put(answer)
	answer.Seek = c.expect.contains
	request, err := c.request.of(job, c.traceparent(ctx))
	if err != nil {
		return err
	}
	begin := time.Now()
	answered, err := c.call(ctx, request, c.keep(), answer, teller{notes, false})
	if err == nil {
		err = c.expect.judge(ctx, answer)
	}
	if err != nil || c.poll == nil {
		return err
	}
	notes.Phase(phaseAccept, time.Since(begin))
	if err := c.await(ctx, answered, answer, notes); err != nil {
		return inside("poll", err)
	}
	notes.Phase(phaseCompletion, time.Since(begin))
	return nil
}

// traceparent is the header of a job that is traced; "" of others, and where the
// user's own headers say it.
func (c *caller) traceparent(ctx context.Context) string {
	if c.told {
		return ""
	}
	return traceparentOf(ctx).tell()
}
