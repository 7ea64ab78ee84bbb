package workload

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/aurea-orchestrator/aurea/internal/egress"
	"github.com/aurea-orchestrator/aurea/internal/httpclient"
	"github.com/aurea-orchestrator/aurea/param"
)

// A request is what the jobs of a run send: the same each, encoded once, or, with
// fields to fill in, another one each.
type request struct {
	client  *httpclient.Client
	fixed   *prepared // nil where jobs differ
	method  string
	url     template
	headers []header
	body    template
	json    bool // the body was not a text

	rendered int64 // bytes of the body that each job makes anew; 0 where all send the same
}

type header struct {
	name  string
	value template
}

// newRequest reads the parameters of a request. The error is about one of them.
func newRequest(client *httpclient.Client, targets egress.Allowlist, values map[string]any, seed uint64) (request, error) {
	r := request{client: client, method: http.MethodGet}
	fields := templates{seed: seed}
	var err error
	if r.url, err = fields.parse(values["url"].(string)); err != nil {
		return r, wrongField("url", err.Error())
	}
	if err := r.readHeaders(values, &fields); err != nil {
		return r, err
	}
	if err := r.readBody(values, &fields); err != nil {
		return r, err
	}
	if method, given := values["method"].(string); given {
		r.method = strings.ToUpper(method)
	}
	return r, r.try(targets, values["url"].(string))
}

// try checks the first job's request as all of them will be, and keeps it if
// they are all the same.
func (r *request) try(targets egress.Allowlist, text string) error {
	if !anchored(text) {
		return wrongField("url", "must have the same scheme, host and port for all jobs; only path and query may have fields")
	}
	first, err := r.url.parse(0)
	if err != nil {
		return wrongField("url", "must be a URL such as http://localhost:8080/; "+err.Error())
	}
	if err := targets.CheckURL(first); err != nil {
		return wrongField("url", err.Error())
	}
	p, err := r.of(0, "")
	if err != nil {
		return wrongField("headers", "cannot be sent with the rest of the request: "+err.Error())
	}
	r.rendered = int64(len(p.body))
	if r.same() {
		r.fixed, r.rendered = &p, 0
	}
	return nil
}

// anchored reports whether scheme, host and port stand before the first field.
func anchored(text string) bool {
	before, _, fields := strings.Cut(text, "{{")
	_, rest, _ := strings.Cut(before, "://")
	return !fields || strings.ContainsAny(rest, "/?#")
}

func (r *request) readHeaders(values map[string]any, fields *templates) error {
	given, _ := values["headers"].([]param.Field)
	for _, f := range given {
		value, err := fields.parse(f.Text)
		if err != nil {
			return wrongField("headers."+f.Name, err.Error())
		}
		r.headers = append(r.headers, header{f.Name, value})
	}
	return nil
}

// bodyBytes names the parameter of a body that is no text.
const bodyBytes = "body_base64"

// readBody reads the body, which is a text, anything else as JSON, or bytes.
func (r *request) readBody(values map[string]any, fields *templates) (err error) {
	body, given := values["body"]
	encoded, isBytes := values[bodyBytes].(string)
	if given || isBytes {
		r.method = http.MethodPost
	}
	switch {
	case given && isBytes:
		return wrongField(bodyBytes, "cannot be given together with body; set only one")
	case isBytes:
		content, err := base64.StdEncoding.DecodeString(encoded)
		if err != nil {
			return wrongField(bodyBytes, "must be base64 (RFC 4648, with padding): "+err.Error())
		}
		r.body.add(string(content)) // without fields: two braces are bytes like any others
	case given:
		if r.body, err = r.readText(body, fields); err != nil {
			return wrongField("body", err.Error()+"; body_base64 is sent without fields")
		}
	}
	return nil
}

// readText reads a text as it is, and anything else as JSON.
func (r *request) readText(body any, fields *templates) (template, error) {
	text, ok := body.(string)
	if !ok {
		encoded, err := param.PlainJSON(body)
		if err != nil {
			return template{}, fmt.Errorf("cannot be sent as JSON: %w", err)
		}
		text, r.json = string(encoded), true
	}
	return fields.parse(text)
}

// same reports whether all jobs send the same.
func (r *request) same() bool {
	varies := func(h header) bool { return !h.value.fixed() }
	return r.url.fixed() && r.body.fixed() && !slices.ContainsFunc(r.headers, varies)
}

// has reports whether the user gives a header.
func (r *request) has(name string) bool {
	return slices.ContainsFunc(r.headers, func(h header) bool { return strings.EqualFold(h.name, name) })
}

// of is the request of a job, with what it is traced as unless that is "".
func (r *request) of(job int64, traceparent string) (prepared, error) {
	if r.fixed != nil && traceparent == "" {
		return *r.fixed, nil
	}
	to, err := r.url.parse(job)
	if err != nil {
		return prepared{}, err
	}
	p := prepared{method: r.method, url: to, body: []byte(r.body.render(job, nil))}
	if r.json && !r.has("Content-Type") {
		p.header = append(p.header, httpclient.Field{Name: "Content-Type", Value: "application/json"})
	}
	for _, h := range r.headers {
		p.header = append(p.header, httpclient.Field{Name: h.name, Value: h.value.render(job, nil)})
	}
	if traceparent != "" {
		p.header = append(p.header, httpclient.Field{Name: traceHeader, Value: traceparent})
	}
	p.Request, err = r.client.NewRequest(p.method, p.url.String(), p.header, p.body)
	return p, err
}

// parse is the template as a URL; what is filled in is escaped.
func (t template) parse(job int64) (*url.URL, error) {
	return url.Parse(t.render(job, url.QueryEscape))
}
