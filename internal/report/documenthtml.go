package report

import (
	"io"
	"slices"
	"strings"

	h "maragu.dev/gomponents"
	"maragu.dev/gomponents/html"

	"github.com/aurea-orchestrator/aurea/internal/format"
)

// writeHTML writes the document as a self-contained HTML page, with the data
// that it was made of as JSON.
func (r Document) writeHTML(data any, w io.Writer) error {
	var raw strings.Builder
	if err := format.WriteJSON(&raw, data); err != nil {
		return err
	}
	facts := slices.DeleteFunc(slices.Clone(r.Facts), func(fact [2]string) bool { return fact[0] == "verdict" })
	return htmlFrame(r.Title+": "+r.Headline, htmlStyle, "",
		html.Header(html.H1(h.Text(r.Title)), html.P(html.Class("verdict"), htmlBadge(r.Mood, r.Headline))),
		html.Main(
			h.Map(r.Tables, table.html),
			html.Section(htmlFacts(facts)),
			h.If(len(r.Notes) > 0, html.Section(h.Map(r.Notes, func(note string) h.Node {
				return html.P(html.Class("soft note"), h.Text(note))
			}))),
			html.Section(html.ID("raw"), html.Details(html.Summary(h.Text("All of it as JSON")),
				html.Pre(h.Text(raw.String())))),
		),
	).Render(w)
}

// html returns the table as a section.
func (t table) html() h.Node {
	header := h.Map(t.htmlCells(t.Header), func(cell htmlCell) h.Node {
		return html.Th(html.Scope("col"), cell.class(), h.Text(cell.Text))
	})
	body := h.Map(t.Rows, func(row []string) h.Node {
		cells := t.htmlCells(row)
		return html.Tr(html.Th(html.Scope("row"), cells[0].class(), h.Text(cells[0].Text)),
			h.Map(cells[1:], htmlCell.html))
	})
	return html.Section(htmlTable(t.Name(), "compact", header, body))
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

// class returns the class of the cell, if it has one.
func (c htmlCell) class() h.Node { return h.If(c.Class != "", html.Class(c.Class)) }

// html returns the cell, if it is not the first of its row.
func (c htmlCell) html() h.Node {
	return html.Td(c.class(), h.Text(c.Text),
		h.If(c.Detail != "", h.Group{h.Text(" "), html.Small(h.Text(c.Detail))}))
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
