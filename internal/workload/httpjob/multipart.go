package httpjob

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/files"
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
		Name: "file", Type: param.Text, Max: 4096,
		Doc: "in place of value: the name of a file that is sent as it is, as for body_file",
	},
	{
		Name: "filename", Type: param.Text, Max: 1000,
		Doc: "of a file; that of file unless given",
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
	file  fileContent // in place of value until it is loaded; no name means none
}

// readMultipart reads the parts. Their boundary follows from the seed.
func (t *requestTemplate) readMultipart(v param.Values, parser *template.Parser, named files.Source) (content, error) {
	if t.has("Content-Type") {
		return nil, param.Invalid("headers.Content-Type", "cannot be given together with multipart, whose type has a "+
			"boundary; leave it out")
	}
	stream := aurea.NewStream(parser.Seed, aurea.StreamBoundary)
	m := multipartForm{boundary: fmt.Sprintf("aurea-%016x%016x", stream.Bits(0), stream.Bits(1))}
	for i, item := range v.List(multipartParameter.Name) {
		part, err := newFormPart(item.(param.Values), parser, named)
		if err != nil {
			return nil, param.Within(fmt.Sprintf("%s[%d]", multipartParameter.Name, i), err)
		}
		m.parts = append(m.parts, part)
	}
	t.mediaType = "multipart/form-data; boundary=" + m.boundary
	return m, nil
}

func newFormPart(v param.Values, parser *template.Parser, named files.Source) (p formPart, err error) {
	if err := p.readValue(v, parser, named); err != nil {
		return p, err
	}
	mediaType, filename := v.Text("type"), v.Text("filename")
	if !v.Has("filename") && p.file.name != "" {
		filename = filepath.Base(p.file.name)
	}
	if strings.ContainsFunc(mediaType, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return p, param.Invalid("type", "must be a media type such as text/csv; got %q", mediaType)
	}
	p.head = `Content-Disposition: form-data; name="` + quoted(v.Text("name")) + `"`
	if v.Has("filename") || filename != "" {
		p.head += `; filename="` + quoted(filename) + `"`
		mediaType = cmp.Or(mediaType, "application/octet-stream")
	}
	if mediaType != "" {
		p.head += "\r\nContent-Type: " + mediaType
	}
	p.head += "\r\n\r\n"
	return p, nil
}

// readValue reads what a part has: a text, bytes or a file.
func (p *formPart) readValue(v param.Values, parser *template.Parser, named files.Source) (err error) {
	given := 0
	for _, name := range []string{"value", "value_base64", "file"} {
		if v.Has(name) {
			given++
		}
	}
	switch {
	case given != 1:
		return param.Invalid("value", "is needed, or value_base64 or file; set one of them")
	case v.Has("file"):
		if p.file, err = newFileContent(v.Text("file"), named); err != nil {
			return param.Invalid("file", "%v", err)
		}
	case v.Has("value"):
		if p.value, err = parser.Parse(v.Text("value")); err != nil {
			return param.Invalid("value", "%v; value_base64 is sent without fields", err)
		}
	default:
		content, err := base64.StdEncoding.DecodeString(v.Text("value_base64"))
		if err != nil {
			return param.Invalid("value_base64", "must be base64 (RFC 4648, with padding): %v", err)
		}
		p.value = template.Literal(string(content))
	}
	return nil
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

func (m multipartForm) fileBytes() (n int64) {
	for _, part := range m.parts {
		n += part.file.size
	}
	return n
}

func (m multipartForm) load(from files.Source) (content, error) {
	m.parts = slices.Clone(m.parts)
	for i := range m.parts {
		if m.parts[i].file.name == "" {
			continue
		}
		read, err := from.Read(m.parts[i].file.name, maxFile)
		if err != nil {
			return nil, err
		}
		m.parts[i].value = template.Literal(string(read))
	}
	return m, nil
}
