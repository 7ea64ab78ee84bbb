package httpjob

import (
	"net/url"

	"github.com/aurea-orchestrator/aurea/internal/template"
	"github.com/aurea-orchestrator/aurea/param"
)

// formParameter declares the fields of a form.
var formParameter = param.Parameter{
	Name: "form", Type: param.FieldList, Max: maxFormFields,
	Doc: "fields of a form, sent as application/x-www-form-urlencoded in place of body; values may have fields, " +
		"and are encoded",
}

// maxFormFields limits the fields of a form, and the parts of a multipart body.
const maxFormFields = 1000

// A form is a content of names and values.
type form []formField

type formField struct {
	name  string // encoded
	value template.Template
}

func newForm(given []param.Field, parser *template.Parser) (form, error) {
	f := make(form, len(given))
	for i, field := range given {
		value, err := parser.Parse(field.Text)
		if err != nil {
			return nil, param.Invalid(param.Join(formParameter.Name, param.Clip(field.Name)), "%v", err)
		}
		f[i] = formField{url.QueryEscape(field.Name), value}
	}
	return f, nil
}

func (f form) fixed() bool {
	for _, field := range f {
		if !field.value.Fixed() {
			return false
		}
	}
	return true
}

// render encodes the fields as browsers do (URL Standard, 5.2).
func (f form) render(in template.Input) []byte {
	var b []byte
	for i, field := range f {
		if i > 0 {
			b = append(b, '&')
		}
		b = append(append(b, field.name...), '=')
		b = append(b, url.QueryEscape(field.value.Render(in, nil))...)
	}
	return b
}
