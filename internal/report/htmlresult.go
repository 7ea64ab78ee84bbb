package report

import (
	"bytes"
	"strings"
)

// The result in a page is the text between these.
const (
	resultBegin = `<script type="application/json" id="result">`
	resultEnd   = `</script>`
)

// ResultIn returns the JSON of the result that a page of HTML holds; false if
// the text is no such page.
func ResultIn(page []byte) (json []byte, found bool) {
	_, rest, found := bytes.Cut(page, []byte(resultBegin))
	if !found {
		return nil, false
	}
	json, _, found = bytes.Cut(rest, []byte(resultEnd))
	return json, found
}

// scriptJSON returns JSON that can stand in a script element: nothing in it
// ends the element or begins a comment.
func scriptJSON(json string) string {
	return strings.ReplaceAll(json, "<", `\u003c`)
}
