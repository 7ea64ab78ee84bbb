package httpjob

import (
	"time"

	"github.com/aurea-orchestrator/aurea/internal/egress"
	"github.com/aurea-orchestrator/aurea/internal/files"
	"github.com/aurea-orchestrator/aurea/internal/httpclient"
	"github.com/aurea-orchestrator/aurea/internal/template"
	"github.com/aurea-orchestrator/aurea/internal/workload"
	"github.com/aurea-orchestrator/aurea/param"
)

// params are the typed parameters of http jobs. They do not change.
type params struct {
	options     httpclient.Options
	targets     egress.Allowlist
	files       files.Source
	request     requestTemplate // without targets
	list        *targetList     // nil without targets
	expect      expectation
	redirects   int64
	timeout     time.Duration  // of the request; 0 for none of its own
	poll        *poll          // nil if nothing is polled
	cookies     bool           // the job keeps cookies
	lasting     bool           // a session is that of a user
	captures    []capture      // what later steps use
	connections int64          // the parameter; 0 if it is not given
	maxKept     int64          // bytes that are kept of a response that is inspected; 0 if none is
	encoded     int64          // bytes that are kept of a response until it is decoded; 0 if none is
	memory      workload.Limit // of all jobs in flight
	sampled     bool           // the run keeps a sample
	sampleKept  int64          // bytes that are kept of every response for it
	name        string         // of the part or step
}

// newParams types and checks the parameters of http jobs.
func newParams(v param.Values, scope workload.Scope, targets egress.Allowlist) (*params, error) {
	p := &params{
		targets:     targets,
		files:       scope.Policy.Files,
		redirects:   v.Integer("redirects"),
		timeout:     v.Duration("timeout"),
		connections: v.Integer("connections"),
		cookies:     scope.Cookies,
		lasting:     scope.Lasting,
		memory:      scope.Policy.MemoryLimit(),
		sampled:     scope.Sampled,
		name:        scope.Name,
	}
	captured := scope.Captured() // without those of this step
	var err error
	if p.captures, err = newCaptures(v.StringMap(captureParameter.Name), scope); err != nil {
		return nil, err
	}
	if err := p.checkConnections(scope); err != nil {
		return nil, err
	}
	security, err := workload.NewTLSConfig(v.Object(tlsParameter.Name))
	if err != nil {
		return nil, err
	}
	if p.expect, err = newExpectation(v.Object(expectParameter.Name)); err != nil {
		return nil, err
	}
	if p.poll, err = newPoll(v.Object(pollParameter.Name)); err != nil {
		return nil, err
	}
	if paths := inJSON(p.captures); len(paths) > 0 && p.poll == nil {
		p.expect.captures = paths
	}
	if p.inspects() {
		p.maxKept = min(maxInspected, v.Integer("max_bytes"))
	}
	if v.Boolean(decompressParameter.Name) {
		p.encoded = min(httpclient.MaxEncoded, v.Integer("max_bytes"))
	}
	if v.Has("streams") && v.Text("version") != "2" {
		return nil, param.Invalid("streams", "needs version 2 of HTTP, whose connections serve several requests at once")
	}
	if p.sampled {
		p.keepSample(v.Integer("max_bytes"))
	}
	proxy, err := newProxy(v, targets)
	if err != nil {
		return nil, err
	}
	route, err := newRoute(v, targets)
	if err != nil {
		return nil, err
	}
	p.options = httpclient.Options{
		Allow:       targets.Allow,
		AllowUnix:   targets.AllowUnix,
		Route:       route,
		Proxy:       proxy,
		Connections: int(p.maxConnections(scope)),
		KeepAlive:   v.Boolean("keepalive"),
		Batch:       v.Boolean("io_uring"),
		TLS:         security,
		ResumeTLS:   resumesTLS(v.Object(tlsParameter.Name)),
		HTTP2:       v.Text("version") == "2",
		Streams:     int(v.Integer("streams")),
		MaxBody:     v.Integer("max_bytes"),
		Decompress:  p.encoded > 0,
	}
	parser := template.Parser{
		Seed: scope.Seed, Captured: captured, Columns: scope.Data.Columns(), Cell: scope.Data.AppendOf,
		Users: scope.Users,
	}
	switch p.list, err = newTargetList(p, v, scope.Seed); {
	case err != nil:
		return nil, err
	case p.list != nil:
		p.request = requestTemplate{content: textContent{}}
	default:
		p.request, err = newRequestTemplate(p.options, targets, scope.Policy.Files, v, parser)
		if err != nil {
			return nil, err
		}
	}
	if err := p.checkCaptures(); err != nil {
		return nil, err
	}
	if err := p.checkFiles(); err != nil {
		return nil, err
	}
	return p, p.checkMemory(scope.InFlight)
}

// open returns the jobs with a client of their own. used counts the memory that
// the jobs of the run hold.
func (p *params) open(used *workload.Meter) (workload.Jobs, error) {
	if err := checkSources(p.options.Route.Sources); err != nil {
		return workload.Jobs{}, err
	}
	p, release, err := p.loadFiles(used)
	if err != nil {
		return workload.Jobs{}, err
	}
	r, err := newRunner(p, used)
	if err != nil {
		release()
		return workload.Jobs{}, err
	}
	jobs := workload.Jobs{Runner: workload.WithTimeout(r, p.timeout), Closers: []func(){r.close, release}}
	if p.canLoop() {
		jobs.NewLoop = r.newLoop
	}
	return jobs, nil
}

// checkConnections refuses more connections than the policy allows.
func (p *params) checkConnections(scope workload.Scope) error {
	most, why := scope.MaxConnections()
	switch {
	case p.connections > most:
		return param.Invalid("connections", "must be at most %d on this host, %s; got %d", most, why, p.connections)
	case p.connections > 0 && p.lasting:
		return param.Invalid("connections", "cannot be given with users, each of which has a connection of its own")
	case p.connections == 0 && scope.InFlight > most:
		return param.Invalid("connections",
			"is needed: %d jobs in flight would take as many connections, and this host has %d, %s",
			scope.InFlight, most, why)
	}
	return nil
}

// maxConnections returns how many connections the client may have. If responses
// are kept and the spec does not say, it is no more than the memory limit has
// room for.
func (p *params) maxConnections(scope workload.Scope) int64 {
	if p.connections > 0 {
		return p.connections
	}
	most, _ := scope.MaxConnections()
	if held := p.heldByResponse(); held > 0 {
		most = max(1, min(most, p.memory.Max/held))
	}
	return most
}
