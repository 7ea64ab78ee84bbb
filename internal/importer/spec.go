package importer

import (
	"encoding/base64"
	"fmt"
	"math"
	"strings"
	"unicode/utf8"
)

// maxRequests is how many steps or parts a workload may have.
const maxRequests = 20

// A Use says what several requests are.
type Use int

// The uses of several requests.
const (
	Session Use = iota // steps of each job, in order
	Mix                // what different jobs do, by their weights
)

// WriteSpec returns a spec file in YAML that sends the requests. from names the
// input in a comment.
func WriteSpec(from string, use Use, requests []Request) (string, error) {
	if len(requests) == 0 {
		return "", errEmpty
	}
	if len(requests) > maxRequests {
		return "", fmt.Errorf("there are %d different requests in it, and a workload has up to %d; choose some of them",
			len(requests), maxRequests)
	}
	var y yamlWriter
	y.comment("Imported from " + from + ". Set the load as it should be, such as rate and duration in place of " +
		"num_jobs.")
	y.line(0, "num_jobs", "100")
	y.line(0, "concurrency", "10")
	y.line(0, "workload", "")
	if len(requests) == 1 {
		y.request(1, "", &requests[0])
		return y.String(), nil
	}
	kind, children := "steps", "steps"
	if use == Mix {
		kind, children = "mix", "parts"
	}
	y.line(1, "kind", kind)
	y.line(1, children, "")
	for i := range requests {
		name := stepName(i+1, &requests[i])
		if use == Session {
			y.request(2, name, &requests[i])
			continue
		}
		y.WriteString("    - name: " + name + "\n")
		if w := requests[i].Weight; w > 0 {
			y.line(3, "weight", fmt.Sprint(math.Round(w*1e6)/1e6))
		}
		y.line(3, "workload", "")
		y.request(4, "", &requests[i])
	}
	return y.String(), nil
}

// request writes the parameters of a request. With a name it is an item of a list.
func (y *yamlWriter) request(depth int, name string, r *Request) {
	if name != "" {
		y.WriteString(strings.Repeat("  ", depth) + "- name: " + name + "\n")
		depth++
	}
	for _, note := range r.Notes {
		y.indented(depth, "# "+strings.ReplaceAll(note, "\n", " "))
	}
	y.line(depth, "kind", "http")
	y.text(depth, "url", inTemplate(r.URL))
	if r.Method != "" {
		y.text(depth, "method", inFile(r.Method))
	}
	if r.HTTP2 {
		y.line(depth, "version", `"2"`)
	}
	if r.HasUser {
		y.line(depth, "basic_auth", "")
		y.text(depth+1, "user", inTemplate(r.User))
		y.text(depth+1, "password", inTemplate(r.Password))
	}
	if len(r.Headers) > 0 {
		y.line(depth, "headers", "")
		for _, h := range r.Headers {
			y.indented(depth+1, "- "+quote(inTemplate(h.Name+": "+h.Value)))
		}
	}
	y.content(depth, r)
	if len(r.Statuses) > 0 {
		y.line(depth, "expect", "{status: ["+strings.Join(r.Statuses, ", ")+"]}")
	}
	if r.Redirects > 0 {
		y.line(depth, "redirects", fmt.Sprint(r.Redirects))
	}
	if r.Timeout != "" {
		y.line(depth, "timeout", r.Timeout)
	}
	y.connection(depth, r)
}

// content writes the body.
func (y *yamlWriter) content(depth int, r *Request) {
	switch {
	case r.BodyFile != "":
		y.text(depth, "body_file", inFile(r.BodyFile))
	case len(r.Parts) > 0:
		y.line(depth, "multipart", "")
		for _, part := range r.Parts {
			y.part(depth+1, part)
		}
	case r.Body == nil:
	case utf8.Valid(r.Body):
		y.text(depth, "body", inTemplate(string(r.Body)))
	default:
		y.text(depth, "body_base64", base64.StdEncoding.EncodeToString(r.Body))
	}
}

func (y *yamlWriter) part(depth int, p Part) {
	y.indented(depth, "- name: "+quote(inFile(p.Name)))
	switch {
	case p.File != "":
		y.text(depth+1, "file", inFile(p.File))
	case utf8.ValidString(p.Value):
		y.text(depth+1, "value", inTemplate(p.Value))
	default:
		y.text(depth+1, "value_base64", base64.StdEncoding.EncodeToString([]byte(p.Value)))
	}
	if p.HasFilename {
		y.text(depth+1, "filename", inFile(p.Filename))
	}
	if p.Type != "" {
		y.text(depth+1, "type", inFile(p.Type))
	}
}

// connection writes where connections are made, and whom they trust.
func (y *yamlWriter) connection(depth int, r *Request) {
	for _, f := range []struct {
		name   string
		fields []Field
	}{{"resolve", r.Resolve}, {"connect_to", r.ConnectTo}} {
		if len(f.fields) > 0 {
			y.line(depth, f.name, "")
		}
		for _, field := range f.fields {
			y.indented(depth+1, quote(inFile(field.Name))+": "+quote(inFile(field.Value)))
		}
	}
	if r.UnixSocket != "" {
		y.text(depth, "unix_socket", inFile(r.UnixSocket))
	}
	if len(r.Sources) > 0 {
		y.text(depth, "source_addresses", inFile(r.Sources[0]))
	}
	if r.Insecure || r.CA != "" || r.Certificate != "" {
		y.line(depth, "tls", "")
	}
	if r.Insecure {
		y.line(depth+1, "skip_verify", "true")
	}
	for _, pem := range []Field{{"ca", r.CA}, {"certificate", r.Certificate}, {"key", r.Key}} {
		if pem.Value != "" {
			y.text(depth+1, pem.Name, inFile(pem.Value))
		}
	}
}

// stepName returns a name for a request among others, such as 2_post_login.
func stepName(number int, r *Request) string {
	_, rest, _ := strings.Cut(r.URL, "://")
	_, path, _ := strings.Cut(rest, "/")
	path, _, _ = strings.Cut(path, "?")
	name := fmt.Sprintf("%d_%s_%s", number, r.Method, path)
	var b strings.Builder
	for _, c := range strings.ToLower(name) {
		if c >= 'a' && c <= 'z' || c >= '0' && c <= '9' {
			b.WriteRune(c)
		} else if !strings.HasSuffix(b.String(), "_") {
			b.WriteByte('_')
		}
	}
	text := b.String()
	return strings.Trim(text[:min(len(text), 40)], "_")
}
