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
	return documentTemplate().Execute(w, map[string]any{
		"Report": r, "JSON": raw.String(), "Style": template.CSS(htmlStyle), "CSP": contentPolicy(htmlStyle, ""),
	})
}

// Name returns what the table is about: its first header, if that has a text.
func (t table) Name() string {
	if t.Header[0] != "" {
		return t.Header[0]
	}
	return "metrics"
}

// An htmlCell is a cell of a page.
type htmlCell struct {
	Text, Detail string // the detail stands below the text where there is little room
	Class        string
}

// Head returns the cells of the header.
func (t table) Head() []htmlCell { return t.htmlCells(t.Header) }

// Body returns the cells of the rows.
func (t table) Body() (rows [][]htmlCell) {
	for _, row := range t.Rows {
		rows = append(rows, t.htmlCells(row))
	}
	return rows
}

// spareDrops are the first columns that a narrow terminal leaves out. A narrow
// page leaves them out too.
const spareDrops = 3

// htmlCells returns the cells of a row.
func (t table) htmlCells(row []string) []htmlCell {
	columns := t.columns()
	cells := make([]htmlCell, len(row))
	for i, text := range row {
		cells[i] = htmlCell{Text: text, Class: string(cellMoods[text])}
		if i == 0 {
			cells[i].Text = humanize(text) // so that it can be broken
		}
		if drop := columns[i].Drop; drop > 0 && drop <= spareDrops {
			cells[i].Class = "spare"
		}
		if columns[i].Shorten == nil {
			continue
		}
		if short := columns[i].Shorten(text, 0); strings.HasPrefix(text, short) {
			cells[i].Text, cells[i].Detail = short, strings.TrimSpace(text[len(short):])
		}
	}
	return cells
}

// cellMoods are the moods of the words in tables of a comparison.
var cellMoods = map[string]mood{"worse": bad, "better": good, "FAIL": bad, "within": good, "unknown": doubtful}
