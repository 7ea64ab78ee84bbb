package grpcjob

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"

	"google.golang.org/grpc/metadata"

	"github.com/aurea-orchestrator/aurea/internal/lazyregexp"
	"github.com/aurea-orchestrator/aurea/internal/template"
	"github.com/aurea-orchestrator/aurea/internal/workload"
	"github.com/aurea-orchestrator/aurea/param"
)

// binarySuffix ends the names of metadata whose values are bytes.
const binarySuffix = "-bin"

// metadataName is what metadata may be called.
var metadataName = lazyregexp.New(`^[0-9a-z_.-]+$`)

// clientFields are the names that only the client sends, or HTTP/2 forbids.
var clientFields = []string{
	"connection", "content-length", "content-type", "host", "keep-alive", "proxy-connection", "te", "trailer",
	"transfer-encoding", "upgrade", "user-agent",
}

// A metadataTemplate is the metadata of the jobs of a run. It does not change.
type metadataTemplate struct {
	entries        []metadataEntry
	fixed          metadata.MD // of every job; nil if jobs differ, or have none
	hasTraceparent bool
}

type metadataEntry struct {
	name  string
	value template.Template
}

// newMetadataTemplate checks the metadata of job 0, which stands for all.
func newMetadataTemplate(given []param.Field, parser *template.Parser) (t metadataTemplate, err error) {
	fixed := true
	for _, f := range given {
		e := metadataEntry{name: strings.ToLower(f.Name)}
		at := "metadata." + f.Name
		if !metadataName().MatchString(e.name) || strings.HasPrefix(e.name, "grpc-") {
			return t, param.Invalid(at, "must be a name of a-z 0-9 _ . - that does not begin with grpc-")
		}
		if slices.Contains(clientFields, e.name) {
			return t, param.Invalid(at, "cannot be given: it is a header of HTTP that only the client sets")
		}
		if e.value, err = parser.Parse(f.Text); err != nil {
			return t, param.Invalid(at, "%v", err)
		}
		text, err := e.render(template.Input{})
		if err != nil {
			return t, param.Invalid(at, "must be base64, as its name ends in -bin: %v", err)
		}
		if !strings.HasSuffix(e.name, binarySuffix) && strings.ContainsFunc(text, notPrintable) {
			return t, param.Invalid(at, "must have only printable ASCII characters; names of other values end in -bin")
		}
		t.entries = append(t.entries, e)
		fixed = fixed && e.value.Fixed()
		t.hasTraceparent = t.hasTraceparent || e.name == workload.TraceHeader
	}
	if fixed && len(t.entries) > 0 {
		t.fixed, err = t.render(template.Input{})
	}
	return t, err
}

func notPrintable(r rune) bool { return r < ' ' || r > '~' }

// render returns the value for a job.
func (e metadataEntry) render(in template.Input) (string, error) {
	text := e.value.Render(in, nil)
	if !strings.HasSuffix(e.name, binarySuffix) {
		return text, nil
	}
	content, err := base64.StdEncoding.DecodeString(text)
	return string(content), err
}

// encode returns the value for a job as it is sent.
func (e metadataEntry) encode(in template.Input) (string, error) {
	text, err := e.render(in)
	switch {
	case err != nil:
		return "", err
	case strings.HasSuffix(e.name, binarySuffix):
		return base64.RawStdEncoding.EncodeToString([]byte(text)), nil
	case strings.ContainsFunc(text, notPrintable):
		return "", fmt.Errorf("metadata.%s must have only printable ASCII characters; got %q", e.name, text)
	}
	return text, nil
}

// of returns the metadata of a job; nil if there is none. The caller does not
// change it.
func (t *metadataTemplate) of(in template.Input) (metadata.MD, error) {
	if t.fixed != nil || len(t.entries) == 0 {
		return t.fixed, nil
	}
	return t.render(in)
}

func (t *metadataTemplate) render(in template.Input) (metadata.MD, error) {
	md := make(metadata.MD, len(t.entries))
	for _, e := range t.entries {
		value, err := e.render(in)
		if err != nil {
			return nil, err
		}
		md[e.name] = append(md[e.name], value)
	}
	return md, nil
}
