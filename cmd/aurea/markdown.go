package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/aurea-orchestrator/aurea"
)

// writeMarkdown prints a result for a comment on a change, as GitHub and GitLab
// show one.
func writeMarkdown(r *aurea.Result, w io.Writer) error { return newSheet(r).writeMarkdown(w) }

func (s sheet) writeMarkdown(w io.Writer) error {
	var text strings.Builder
	fmt.Fprintf(&text, "### %s: %s\n", markdownText(s.Title), s.Headline)
	writeMarkdownTable(&text, []string{"", ""}, pairs(s.Facts))
	for _, table := range s.Tables {
		writeMarkdownTable(&text, table.Header, table.Rows)
	}
	for _, doubt := range s.Doubts {
		fmt.Fprintf(&text, "\n> %s\n", markdownText(doubt))
	}
	_, err := io.WriteString(w, text.String())
	return err
}

// headline is the verdict, or where nothing was to be judged, how the run ended;
// and whether to believe it.
func headline(r *aurea.Result) string {
	verdict := string(r.Verdict)
	if r.Verdict == aurea.VerdictNone {
		verdict = string(r.Status)
	}
	if r.Validity.State == aurea.Valid {
		return verdict
	}
	return verdict + ", " + string(r.Validity.State)
}

func pairs(facts [][2]string) [][]string {
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
		text.WriteString("| " + markdownText(strings.TrimSpace(cell)) + " ")
	}
	text.WriteString("|\n")
}

// markdownSigns are those that would be markup, or end a cell.
var markdownSigns = strings.NewReplacer(
	`\`, `\\`, "|", `\|`, "*", `\*`, "_", `\_`, "`", "\\`", "[", `\[`, "]", `\]`, "#", `\#`, "&", "&amp;", "<", "&lt;", ">", "&gt;", "\n", " ", "\r", " ")

func markdownText(text string) string { return markdownSigns.Replace(text) }
