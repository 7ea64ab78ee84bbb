package report

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"

	h "maragu.dev/gomponents"
	"maragu.dev/gomponents/html"
)

// Pages are built by gomponents, which escapes texts and attributes, rather than
// by html/template: that finds methods by their names, so a binary with it keeps
// every exported method of every type.

// htmlFrame returns a page that needs nothing else: it has its style, and its
// policy allows only that and the script.
func htmlFrame(title, style, script string, body ...h.Node) h.Node {
	return html.Doctype(html.HTML(html.Lang("en"),
		html.Head(
			html.Meta(html.Charset("utf-8")),
			html.Meta(h.Attr("http-equiv", "Content-Security-Policy"), html.Content(contentPolicy(style, script))),
			html.Meta(html.Name("viewport"), html.Content("width=device-width, initial-scale=1")),
			html.Meta(html.Name("color-scheme"), html.Content("light dark")),
			html.TitleEl(h.Text(title)),
			html.StyleEl(h.Raw(style)),
		),
		html.Body(body...),
	))
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

// htmlBadge returns a word that says how good something is.
func htmlBadge(m mood, word string) h.Node {
	return html.Span(html.Class("badge "+string(m)), h.Text(word))
}

// htmlTable returns a table with a name. It scrolls where it is wider than the
// page.
func htmlTable(name, class string, header, body h.Node) h.Node {
	return html.Div(html.Class("wide"), html.Role("region"), html.Aria("label", name), html.TabIndex("0"),
		html.Table(h.If(class != "", html.Class(class)), html.THead(html.Tr(header)), html.TBody(body)))
}

// htmlHeads returns head cells of columns.
func htmlHeads(texts ...string) h.Node {
	return h.Map(texts, func(text string) h.Node { return html.Th(html.Scope("col"), h.Text(text)) })
}

// htmlFacts returns names and values.
func htmlFacts(facts [][2]string) h.Node {
	return html.Dl(html.Class("facts"), h.Map(facts, func(fact [2]string) h.Node {
		return h.Group{html.Dt(h.Text(fact[0])), html.Dd(h.Text(fact[1]))}
	}))
}
