package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/aurea-orchestrator/aurea"
)

// Markdown writes a result for a comment on a pull request at GitHub or GitLab:
// the verdict, the doubts, the thresholds and the latency. The rest is folded.
func Markdown(run aurea.Run, o Options, w io.Writer) error {
	p := newPage(run, o)
	r := run.Result
	var text strings.Builder
	fmt.Fprintf(&text, "### %s: %s\n\n%s\n", escapeMarkdown(p.Title), p.Headline.Word, escapeMarkdown(p.Headline.Sentence))
	for _, d := range p.Doubts {
		fmt.Fprintf(&text, "\n> **%s**: %s\n", d.State, escapeMarkdown(d.Message))
		if d.Advice != "" {
			fmt.Fprintf(&text, "> → %s\n", escapeMarkdown(d.Advice))
		}
	}
	var checks [][]string
	for _, check := range p.Thresholds {
		checks = append(checks, []string{strings.ToUpper(check.State), check.Expression, check.Value})
	}
	if len(checks) > 0 {
		writeMarkdownTable(&text, []string{"", "threshold", "value"}, checks)
	}
	latency := table{Header: summaryHeader}
	latency.addBrief("latency", r.Latency)
	writeMarkdownTable(&text, latency.Header, latency.Rows)
	fmt.Fprintf(&text, "\n%s; %s\n", jobsInWords(r.Counts), escapeMarkdown(rateInWords(r)))
	p.fold(&text)
	_, err := io.WriteString(w, text.String())
	return err
}

// fold writes all tables, the facts and how to do it again, as details that are
// closed at first.
func (p page) fold(text *strings.Builder) {
	text.WriteString("\n<details><summary>More about the run</summary>\n")
	for _, table := range p.Tables {
		fmt.Fprintf(text, "\n**%s**\n", table.Title)
		writeMarkdownTable(text, table.Header, table.Rows)
	}
	writeMarkdownTable(text, []string{"the run", ""}, factRows(p.Facts))
	fmt.Fprintf(text, "\n%s\n\n</details>\n", codeBlock(p.Again))
}

// codeBlock returns a text as a block of code. Its fence is longer than any row
// of backticks in the text.
func codeBlock(text string) string {
	fence := "```"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	return fence + "sh\n" + text + "\n" + fence
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
