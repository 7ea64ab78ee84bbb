package report

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"strings"
	"sync"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/server/ui"
)

//go:embed report.html.tmpl
var htmlSource string

//go:embed report.js
var reportScript string

// script returns the script of a report with all modules that it imports.
var script = sync.OnceValue(func() string { return ui.Bundle("report.js", reportScript) })

//go:embed report.css
var htmlStyle string

// htmlTemplate is parsed when it is first used: most commands write no page.
var htmlTemplate = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("report").Parse(htmlSource))
})

// HTML writes the result of a run as one page that needs nothing else: neither
// a network nor a server. It holds the result without its jobs, see ResultIn.
func HTML(run aurea.Run, o Options, w io.Writer) error {
	run.Samples.Jobs = nil
	var result strings.Builder
	if err := JSON(run, o, &result); err != nil {
		return err
	}
	style := htmlStyle + chartStyle()
	return htmlTemplate().Execute(w, map[string]any{
		"Page":   newPage(run, o),
		"CSP":    contentPolicy(style, script()),
		"Style":  template.CSS(style),
		"Script": template.JS(script()),
		"Result": template.JS(scriptJSON(strings.TrimSpace(result.String()))),
	})
}

// chartStyle returns the style sheet of the charts.
func chartStyle() string {
	style, err := ui.Files.ReadFile("charts/charts.css")
	if err != nil {
		panic("report: " + err.Error()) // the file is embedded
	}
	return string(style)
}

// contentPolicy returns the content security policy of a page: its own style
// and its own script, and nothing else.
func contentPolicy(style, script string) string {
	hash := func(text string) string {
		sum := sha256.Sum256([]byte(text))
		return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	}
	return fmt.Sprintf("default-src 'none'; style-src %s; script-src %s; base-uri 'none'; form-action 'none'",
		hash(style), hash(script))
}
