package httpjob

import (
	"errors"
	"fmt"
	"math/bits"
	"net/url"
	"strings"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/egress"
	"github.com/aurea-orchestrator/aurea/internal/files"
	"github.com/aurea-orchestrator/aurea/internal/httpclient"
	"github.com/aurea-orchestrator/aurea/internal/vegeta"
	"github.com/aurea-orchestrator/aurea/internal/workload"
	"github.com/aurea-orchestrator/aurea/param"
)

// targetParameters declare a file of requests in place of url and what else a
// request has.
var targetParameters = []param.Parameter{
	{
		Name: targetsFile, Type: param.Text, Max: 4096,
		Doc: "name of a file of requests in vegeta's format http or json, in place of url; jobs take them in turn",
	},
	{
		Name: "targets_order", Type: param.Text, Options: []string{aurea.OrderSequential, aurea.OrderRandom},
		Default: aurea.OrderSequential,
		Doc: "which request of the file a job sends: the next one, from the first again after the last, or any by " +
			"the seed",
	},
}

const targetsFile = "targets"

// targetMemory is about how many bytes a request takes beside its texts.
const targetMemory = 1 << 10

// A targetList is a file of requests. It is checked with the other parameters,
// and read again when the jobs are opened. It does not change.
type targetList struct {
	file   string
	random bool
	draws  aurea.Stream
	header httpclient.Header // of every request that has no such header itself
	held   int64             // bytes of memory of the requests
	all    []prepared        // nil until the jobs are opened
}

// newTargetList checks the file that the parameters name; nil if they name none.
func newTargetList(p *params, v param.Values, seed uint64) (*targetList, error) {
	if !v.Has(targetsFile) {
		return nil, nil //nolint:nilnil // no list
	}
	for _, name := range inPlaceOfTargets() {
		if v.Has(name) {
			return nil, param.Invalid(name, "cannot be given together with targets, whose file says it; set only one")
		}
	}
	l := &targetList{
		file: v.Text(targetsFile), random: v.Text("targets_order") == aurea.OrderRandom,
		draws: aurea.NewStream(seed, aurea.StreamTargets),
	}
	for _, f := range v.Fields("headers") {
		if strings.Contains(f.Text, "{{") {
			return nil, param.Invalid("headers."+f.Name, "cannot have fields together with targets, which have none")
		}
		l.header = append(l.header, httpclient.Field{Name: f.Name, Value: f.Text})
	}
	err := l.read(p, func(r prepared) {
		l.held += targetMemory + int64(len(r.url.Path)+len(r.url.RawQuery)+len(r.body))*bodyCopies
	})
	if err != nil {
		return nil, param.Invalid(targetsFile, "%v", err)
	}
	return l, p.memory.Check(targetsFile, 1, l.held)
}

// inPlaceOfTargets returns the parameters that say what a file of targets says.
func inPlaceOfTargets() []string {
	names := []string{"url", "method", basicAuthParameter.Name}
	for _, p := range contentParameters {
		names = append(names, p.Name)
	}
	return names
}

// read reads the file, and the files of bodies that it names, and calls use with
// each request. The error is the end of a sentence about the name, and has the
// line.
func (l *targetList) read(p *params, use func(prepared)) error {
	content, err := p.files.Read(l.file, maxFile)
	if err != nil {
		return err
	}
	found, err := vegeta.Parse(string(content))
	var wrong *vegeta.Error
	switch {
	case errors.As(err, &wrong):
		return fmt.Errorf("%s:%w", l.file, wrong)
	case len(found) == 0:
		return fmt.Errorf("names %s, which has no targets", l.file)
	}
	bodies := bodyFiles{from: p.files, left: p.memory.Max / bodyCopies, read: map[string][]byte{}}
	for _, t := range found {
		r, err := l.prepare(p.options, p.targets, t, &bodies)
		if err != nil {
			return fmt.Errorf("%s:%d: %w", l.file, t.Line, err)
		}
		use(r)
	}
	return nil
}

// prepare makes the request of a target.
func (l *targetList) prepare(
	options httpclient.Options, allowed egress.Allowlist, t vegeta.Target, bodies *bodyFiles,
) (r prepared, err error) {
	r = prepared{method: t.Method, body: t.Body}
	if r.url, err = url.Parse(t.URL); err != nil {
		return r, fmt.Errorf("must have a URL such as http://localhost:8080/; %w", err)
	}
	if err := checkTarget(options, allowed, r.url); err != nil {
		return r, err
	}
	if t.BodyFile != "" {
		if r.body, err = bodies.of(t.BodyFile); err != nil {
			return r, fmt.Errorf("the body %w", err)
		}
	}
	for _, f := range t.Header {
		r.header = append(r.header, httpclient.Field{Name: f.Name, Value: f.Value})
	}
	for _, f := range l.header {
		if _, given := r.header.Get(f.Name); !given {
			r.header = append(r.header, f)
		}
	}
	if _, given := r.header.Get(acceptEncoding); options.Decompress && !given {
		r.header = append(r.header, httpclient.Field{Name: acceptEncoding, Value: httpclient.AcceptEncoding})
	}
	r.Request, err = options.NewRequest(r.method, r.url.String(), r.header, r.body)
	return r, err
}

// bodyFiles are the files of bodies. Each is read once.
type bodyFiles struct {
	from files.Source
	left int64 // bytes that may be read
	read map[string][]byte
}

func (b *bodyFiles) of(name string) ([]byte, error) {
	if content, known := b.read[name]; known {
		return content, nil
	}
	content, err := b.from.Read(name, min(maxFile, b.left))
	b.left -= int64(len(content))
	b.read[name] = content
	return content, err
}

// loadTargets returns the parameters with the requests of the file, and takes
// their memory from the limit until release is called.
func (p *params) loadTargets(used *workload.Meter) (loaded *params, release func(), err error) {
	held := p.list.held
	if !used.Take(held, p.memory) {
		return nil, nil, p.memory.Exceeded(held)
	}
	list := *p.list
	if err = list.read(p, func(r prepared) { list.all = append(list.all, r) }); err != nil {
		used.Give(held)
		return nil, nil, param.Invalid(targetsFile, "%v", err)
	}
	with := *p
	with.list = &list
	return &with, func() { used.Give(held) }, nil
}

// of returns the request of a job, with the traceparent unless it is "".
func (l *targetList) of(job int64, traceparent string, options httpclient.Options) (*prepared, error) {
	index := uint64(job) % uint64(len(l.all))
	if l.random { // with replacement, as rows of data are drawn
		index, _ = bits.Mul64(l.draws.Bits(job), uint64(len(l.all)))
	}
	r := &l.all[index]
	if _, given := r.header.Get(workload.TraceHeader); given || traceparent == "" {
		return r, nil
	}
	traced := *r
	traced.header = append(r.header[:len(r.header):len(r.header)],
		httpclient.Field{Name: workload.TraceHeader, Value: traceparent})
	var err error
	traced.Request, err = options.NewRequest(r.method, r.url.String(), traced.header, r.body)
	return &traced, err
}
