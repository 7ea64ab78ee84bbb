package report

import (
	_ "embed"
	"html/template"
	"io"
	"strings"
	"sync"

	"github.com/aurea-orchestrator/aurea/internal/format"
)

//go:embed document.html.tmpl
var documentSource string

// documentTemplate is parsed when it is first used: most commands write no
// page.
var documentTemplate = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("document").Parse(documentSource))
})

// writeHTML writes the document as a self-contained HTML page, with the data
// that it was made of as JSON.
func (r Document) writeHTML(data any, w io.Writer) error {
	var raw strings.Builder
	if err := format.WriteJSON(&raw, data); err != nil {
		return err
	}
	return documentTemplate().Execute(w, map[string]any{"Report": r, "JSON": raw.String()})
}
