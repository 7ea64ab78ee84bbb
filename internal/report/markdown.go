package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/aurea-orchestrator/aurea"
)

// Markdown writes a result for a comment on a pull request at GitHub or
// GitLab.
func Markdown(run aurea.Run, _ Options, w io.Writer) error {
	return newDocument(run.Result).WriteMarkdown(w)
}

// WriteMarkdown writes the document as Markdown.
func (r Document) WriteMarkdown(w io.Writer) error {
	var text strings.Builder
	fmt.Fprintf(&text, "### %s: %s\n", escapeMarkdown(r.Title), r.Headline)
	writeMarkdownTable(&text, []string{"", ""}, factRows(r.Facts))
	for _, table := range r.Tables {
		writeMarkdownTable(&text, table.Header, table.Rows)
	}
	for _, note := range r.Notes {
		fmt.Fprintf(&text, "\n> %s\n", escapeMarkdown(note))
	}
	_, err := io.WriteString(w, text.String())
	return err
}

// factRows returns facts as the rows of a table.
func factRows(facts [][2]string) [][]string {
	rows := make([][]string, len(facts))
	for i := range facts {
		rows[i] = facts[i][:]
	}
	return rows
}

func writeMarkdownTable(text *strings.Builder, header []string, rows [][]string) {
	text.WriteByte('\n')
	writeMarkdownRow(text, header)
	text.WriteString(strings.Repeat("|---", len(header)) + "|\n")
	for _, row := range rows {
		writeMarkdownRow(text, row)
	}
}

func writeMarkdownRow(text *strings.Builder, cells []string) {
	for _, cell := range cells {
		text.WriteString("| " + escapeMarkdown(strings.TrimSpace(cell)) + " ")
	}
	text.WriteString("|\n")
}

// markdownEscaper escapes characters that are markup or would end a cell.
var markdownEscaper = strings.NewReplacer(
	`\`, `\\`, "|", `\|`, "*", `\*`, "_", `\_`, "`", "\\`", "[", `\[`, "]", `\]`, "#", `\#`,
	"&", "&amp;", "<", "&lt;", ">", "&gt;", "\n", " ", "\r", " ",
)

func escapeMarkdown(text string) string { return markdownEscaper.Replace(text) }
