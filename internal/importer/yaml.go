package importer

import (
	"strconv"
	"strings"

	"github.com/aurea-orchestrator/aurea/internal/format"
)

// A yamlWriter writes a YAML document. Texts are in double quotes, so that none
// can be taken for anything else.
type yamlWriter struct{ strings.Builder }

// comment writes a comment that is wrapped at 80 columns.
func (y *yamlWriter) comment(text string) {
	for _, line := range format.Wrap(text, 78) {
		y.WriteString("# " + line + "\n")
	}
}

// indented writes a line at a depth.
func (y *yamlWriter) indented(depth int, line string) {
	y.WriteString(strings.Repeat("  ", depth) + line + "\n")
}

// line writes a key and a value that needs no quotes; "" for what follows.
func (y *yamlWriter) line(depth int, key, value string) {
	y.indented(depth, strings.TrimSuffix(key+": "+value, " "))
}

// text writes a key and a text.
func (y *yamlWriter) text(depth int, key, value string) { y.line(depth, key, quote(value)) }

// quote writes a text in double quotes. The escapes of Go are escapes of YAML too.
func quote(text string) string { return strconv.Quote(text) }
