package httpjob

import (
	"encoding/base64"
	"fmt"
	"net/http"

	"github.com/aurea-orchestrator/aurea/internal/files"
	"github.com/aurea-orchestrator/aurea/internal/template"
	"github.com/aurea-orchestrator/aurea/param"
)

// bodyBytes is the parameter of a body that is not text.
const bodyBytes = "body_base64"

// contentParameters declares the ways to give the content of a request, of which
// a spec has at most one.
var contentParameters = []param.Parameter{
	{
		Name: "body", Type: param.Any,
		Doc: "of the request: a text, or what is sent as JSON; may have fields " + template.Fields,
	},
	{
		Name: bodyBytes, Type: param.Text,
		Doc: "of the request: any bytes, in base64, which are sent as they are; in place of body",
	},
	bodyFileParameter,
	formParameter,
	multipartParameter,
}

// A content is what a request has after its head.
type content interface {
	// fixed reports whether it is the same for all jobs.
	fixed() bool
	// render returns the bytes for a job.
	render(in template.Input) []byte
}

// A textContent is a text with fields. escape is applied to their values.
type textContent struct {
	template.Template
	escape template.Escape
}

func (c textContent) fixed() bool { return c.Fixed() }

func (c textContent) render(in template.Input) []byte { return []byte(c.Render(in, c.escape)) }

// readContent reads the content and its media type. A request with one is a POST
// unless the spec says otherwise.
func (t *requestTemplate) readContent(v param.Values, parser *template.Parser, named files.Source) (err error) {
	given := ""
	for _, p := range contentParameters {
		switch {
		case !v.Has(p.Name):
		case given != "":
			return param.Invalid(p.Name, "cannot be given together with %s; set only one", given)
		default:
			given, t.method = p.Name, template.Literal(http.MethodPost)
		}
	}
	switch given {
	case "body":
		if t.content, err = t.readText(v["body"], parser); err != nil {
			return param.Invalid("body", "%v; body_base64 is sent without fields", err)
		}
	case bodyBytes:
		content, err := base64.StdEncoding.DecodeString(v.Text(bodyBytes))
		if err != nil {
			return param.Invalid(bodyBytes, "must be base64 (RFC 4648, with padding): %v", err)
		}
		t.content = textContent{Template: template.Literal(string(content))}
	case bodyFile:
		if t.content, err = newFileContent(v.Text(bodyFile), named); err != nil {
			return param.Invalid(bodyFile, "%v", err)
		}
	case formParameter.Name:
		t.mediaType = "application/x-www-form-urlencoded"
		t.content, err = newForm(v.Fields(given), parser)
	case multipartParameter.Name:
		t.content, err = t.readMultipart(v, parser, named)
	}
	return err
}

// readText parses a text as it is, and another value as JSON.
func (t *requestTemplate) readText(body any, parser *template.Parser) (content, error) {
	if text, ok := body.(string); ok {
		parsed, err := parser.Parse(text)
		return textContent{Template: parsed}, err
	}
	encoded, err := param.PlainJSON(body)
	if err != nil {
		return nil, fmt.Errorf("cannot be sent as JSON: %w", err)
	}
	t.mediaType = "application/json"
	parsed, err := parser.ParseJSON(string(encoded))
	return textContent{parsed, template.AppendJSON}, err
}
