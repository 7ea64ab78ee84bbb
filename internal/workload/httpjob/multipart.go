package httpjob

import (
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/template"
	"github.com/aurea-orchestrator/aurea/param"
)

// multipartParameter declares the parts of a multipart body.
var multipartParameter = param.Parameter{
	Name: "multipart", Type: param.List, Min: 1, Max: maxFormFields,
	Doc:   "parts of a form, sent as multipart/form-data in place of body",
	Items: &param.Parameter{Type: param.Object, Members: partParameters, Doc: "a field or a file"},
}

// partParameters declares a part of a multipart body.
var partParameters = []param.Parameter{
	{
		Name: "name", Type: param.Text, Max: 1000, Required: true,
		Doc: "of the field",
	},
	{
		Name: "value", Type: param.Text,
		Doc: "of the field, or what the file has; may have fields",
	},
	{
		Name: "value_base64", Type: param.Text,
		Doc: "in place of value: any bytes, in base64, which are sent as they are",
	},
	{
		Name: "filename", Type: param.Text, Max: 1000,
		Doc: "of a file",
	},
	{
		Name: "type", Type: param.Text, Max: 200,
		Doc: "media type of the part; application/octet-stream for a file unless given",
	},
}

// A multipartForm is a content of parts (RFC 7578).
type multipartForm struct {
	parts    []formPart
	boundary string
}

type formPart struct {
	head  string // with the empty line after it
	value template.Template
}

// readMultipart reads the parts. Their boundary follows from the seed.
func (t *requestTemplate) readMultipart(v param.Values, parser *template.Parser) (content, error) {
	if t.has("Content-Type") {
		return nil, param.Invalid("headers.Content-Type", "cannot be given together with multipart, whose type has a "+
			"boundary; leave it out")
	}
	stream := aurea.NewStream(parser.Seed, aurea.StreamBoundary)
	m := multipartForm{boundary: fmt.Sprintf("aurea-%016x%016x", stream.Bits(0), stream.Bits(1))}
	for i, item := range v.List(multipartParameter.Name) {
		part, err := newFormPart(item.(param.Values), parser)
		if err != nil {
			return nil, param.Within(fmt.Sprintf("%s[%d]", multipartParameter.Name, i), err)
		}
		m.parts = append(m.parts, part)
	}
	t.mediaType = "multipart/form-data; boundary=" + m.boundary
	return m, nil
}

func newFormPart(v param.Values, parser *template.Parser) (p formPart, err error) {
	switch {
	case v.Has("value") == v.Has("value_base64"):
		return p, param.Invalid("value", "is needed, or value_base64; set one of the two")
	case v.Has("value"):
		if p.value, err = parser.Parse(v.Text("value")); err != nil {
			return p, param.Invalid("value", "%v; value_base64 is sent without fields", err)
		}
	default:
		content, err := base64.StdEncoding.DecodeString(v.Text("value_base64"))
		if err != nil {
			return p, param.Invalid("value_base64", "must be base64 (RFC 4648, with padding): %v", err)
		}
		p.value = template.Literal(string(content))
	}
	mediaType := v.Text("type")
	if strings.ContainsFunc(mediaType, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return p, param.Invalid("type", "must be a media type such as text/csv; got %q", mediaType)
	}
	p.head = `Content-Disposition: form-data; name="` + quoted(v.Text("name")) + `"`
	if v.Has("filename") {
		p.head += `; filename="` + quoted(v.Text("filename")) + `"`
		if mediaType == "" {
			mediaType = "application/octet-stream"
		}
	}
	if mediaType != "" {
		p.head += "\r\nContent-Type: " + mediaType
	}
	p.head += "\r\n\r\n"
	return p, nil
}

// quoted escapes a name as browsers do (HTML Standard, "multipart form data").
func quoted(name string) string {
	return strings.NewReplacer("\r", "%0D", "\n", "%0A", `"`, "%22").Replace(name)
}

func (m multipartForm) fixed() bool {
	for _, part := range m.parts {
		if !part.value.Fixed() {
			return false
		}
	}
	return true
}

func (m multipartForm) render(in template.Input) []byte {
	var b []byte
	for _, part := range m.parts {
		b = append(b, "--"+m.boundary+"\r\n"+part.head...)
		b = append(append(b, part.value.Render(in, nil)...), "\r\n"...)
	}
	return append(b, "--"+m.boundary+"--\r\n"...)
}
