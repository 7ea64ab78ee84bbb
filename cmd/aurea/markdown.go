package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/aurea-orchestrator/aurea"
)

// writeMarkdown prints a result for a comment on a change, as GitHub and GitLab
// show one.
func writeMarkdown(r *aurea.Result, w io.Writer) error { return newReport(r).writeMarkdown(w) }

func (s report) writeMarkdown(w io.Writer) error {
	var text strings.Builder
	fmt.Fprintf(&text, "### %s: %s\n", escapeMarkdown(s.Title), s.Headline)
	writeMarkdownTable(&text, []string{"", ""}, factRows(s.Facts))
	for _, table := range s.Tables {
		writeMarkdownTable(&text, table.Header, table.Rows)
	}
	for _, doubt := range s.Notes {
		fmt.Fprintf(&text, "\n> %s\n", escapeMarkdown(doubt))
	}
	_, err := io.WriteString(w, text.String())
	return err
}

// formatHeadline is the verdict, or where nothing was to be judged, how the run ended;
// and whether to believe it.
func formatHeadline(r *aurea.Result) string {
	verdict := string(r.Verdict)
	if r.Verdict == aurea.VerdictNone {
		verdict = string(r.Status)
	}
	if r.Validity.State == aurea.Valid {
		return verdict
	}
	return verdict + ", " + string(r.Validity.State)
}

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

// markdownEscaper are those that would be markup, or end a cell.
var markdownEscaper = strings.NewReplacer(
	`\`, `\\`, "|", `\|`, "*", `\*`, "_", `\_`, "`", "\\`", "[", `\[`, "]", `\]`, "#", `\#`, "&", "&amp;", "<", "&lt;", ">", "&gt;", "\n", " ", "\r", " ")

func escapeMarkdown(text string) string { return markdownEscaper.Replace(text) }
