package httpjob

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/aurea-orchestrator/aurea/internal/egress"
	"github.com/aurea-orchestrator/aurea/internal/files"
	"github.com/aurea-orchestrator/aurea/internal/httpclient"
	"github.com/aurea-orchestrator/aurea/internal/template"
	"github.com/aurea-orchestrator/aurea/internal/workload"
	"github.com/aurea-orchestrator/aurea/param"
)

// A requestTemplate is what the jobs of a run send. It does not change.
type requestTemplate struct {
	options        httpclient.Options
	method         template.Template
	url            template.Template
	headers        []header
	content        content
	mediaType      string // that is sent with the content; "" for none
	secure         bool   // over TLS
	timed          bool   // a field has a timestamp
	owned          bool   // a field has the number of the user
	hasTraceparent bool   // the headers contain one
	rendered       int64  // bytes of the body that each job renders; 0 if all jobs send the same request
}

type header struct {
	name   string
	value  template.Template
	encode func(string) string // makes of the rendered value what is sent; nil for the value itself
}

func (h header) render(in template.Input) httpclient.Field {
	value := h.value.Render(in, nil)
	if h.encode != nil {
		value = h.encode(value)
	}
	return httpclient.Field{Name: h.name, Value: value}
}

// A prepared request is encoded, and has what is needed to follow a redirect.
type prepared struct {
	*httpclient.Request
	method string
	url    *url.URL
	header httpclient.Header
	body   []byte
}

// newRequestTemplate reads the parameters of a request and checks the request
// of job 0: all jobs have the same target and the same headers.
func newRequestTemplate(
	options httpclient.Options, targets egress.Allowlist, named files.Source, v param.Values, parser template.Parser,
) (requestTemplate, error) {
	t := requestTemplate{options: options, method: template.Literal(http.MethodGet), content: textContent{}}
	var err error
	if t.url, err = parser.Parse(v.Text("url")); err != nil {
		return t, param.Invalid("url", "%v", err)
	}
	if err := t.readHeaders(v.Fields("headers"), &parser); err != nil {
		return t, err
	}
	if err := t.readBasicAuth(v.Object(basicAuthParameter.Name), &parser); err != nil {
		return t, err
	}
	if err := t.readContent(v, &parser, named); err != nil {
		return t, err
	}
	if v.Has("method") {
		if t.method, err = parser.Parse(v.Text("method")); err != nil {
			return t, param.Invalid("method", "%v", err)
		}
	}
	t.timed, t.owned = parser.UsesTime(), parser.UsesUser()
	t.hasTraceparent = t.has(workload.TraceHeader)
	return t, t.check(targets, v.Text("url"))
}

func (t *requestTemplate) readHeaders(given []param.Field, parser *template.Parser) error {
	for _, f := range given {
		value, err := parser.Parse(f.Text)
		if err != nil {
			return param.Invalid("headers."+f.Name, "%v", err)
		}
		t.headers = append(t.headers, header{name: f.Name, value: value})
	}
	return nil
}

// check checks the request of job 0, which stands for all.
func (t *requestTemplate) check(targets egress.Allowlist, text string) error {
	if !sameTarget(text) {
		return param.Invalid("url",
			"must have the same scheme, host and port for all jobs; only path and query may have fields")
	}
	first, err := parseURL(t.url, template.Input{})
	if err != nil {
		return param.Invalid("url", "must be a URL such as http://localhost:8080/; %v", err)
	}
	t.secure = first.Scheme == "https"
	if err := checkTarget(t.options, targets, first); err != nil {
		return param.Invalid("url", "%v", err)
	}
	if err := httpclient.CheckMethod(t.methodOf(template.Input{})); err != nil {
		return param.Invalid("method", "%v", err)
	}
	if t.fileBytes() > 0 && t.has("Content-Length") {
		return param.Invalid("headers.Content-Length", "is the client's own to set with a file; leave it out")
	}
	if first.Scheme == "http" && t.options.HTTP2 && t.options.Proxy != nil {
		return param.Invalid(proxyParameter.Name, "takes no version 2 of HTTP without TLS; take https, or version 1.1")
	}
	request, err := t.render(template.Input{}, "")
	if err != nil {
		return param.Invalid("headers", "cannot be sent with the rest of the request: %v", err)
	}
	if !t.fixed() {
		t.rendered = int64(len(request.body)) + t.fileBytes()
	}
	return nil
}

// sameTarget reports whether scheme, host and port of a URL precede its first
// field.
func sameTarget(text string) bool {
	before, _, fields := strings.Cut(text, "{{")
	_, rest, _ := strings.Cut(before, "://")
	return !fields || strings.ContainsAny(rest, "/?#")
}

// fixed reports whether all jobs send the same request.
func (t *requestTemplate) fixed() bool {
	varies := func(h header) bool { return !h.value.Fixed() }
	return t.method.Fixed() && t.url.Fixed() && t.content.fixed() && !slices.ContainsFunc(t.headers, varies)
}

// has reports whether the user gives a header.
func (t *requestTemplate) has(name string) bool {
	return slices.ContainsFunc(t.headers, func(h header) bool { return strings.EqualFold(h.name, name) })
}

// methodOf returns the method of a job.
func (t *requestTemplate) methodOf(in template.Input) string {
	return strings.ToUpper(t.method.Render(in, nil))
}

// isHEAD reports whether all jobs send HEAD.
func (t *requestTemplate) isHEAD() bool {
	return t.method.Fixed() && t.methodOf(template.Input{}) == http.MethodHead
}

// render returns the request of a job, with the traceparent unless it is "".
func (t *requestTemplate) render(in template.Input, traceparent string) (*prepared, error) {
	to, err := parseURL(t.url, in)
	if err != nil {
		return nil, err
	}
	p := &prepared{method: t.methodOf(in), url: to, body: t.content.render(in)}
	if t.mediaType != "" && !t.has("Content-Type") {
		p.header = append(p.header, httpclient.Field{Name: "Content-Type", Value: t.mediaType})
	}
	for _, h := range t.headers {
		p.header = append(p.header, h.render(in))
	}
	if t.options.Decompress && !t.has(acceptEncoding) {
		p.header = append(p.header, httpclient.Field{Name: acceptEncoding, Value: httpclient.AcceptEncoding})
	}
	if traceparent != "" {
		p.header = append(p.header, httpclient.Field{Name: workload.TraceHeader, Value: traceparent})
	}
	p.Request, err = t.options.NewRequest(p.method, p.url.String(), p.header, p.body)
	return p, err
}

// parseURL renders a URL for a job. The values of fields are escaped.
func parseURL(t template.Template, in template.Input) (*url.URL, error) {
	return url.Parse(t.Render(in, template.AppendQuery))
}
