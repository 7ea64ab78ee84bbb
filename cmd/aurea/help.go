package main

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/aurea-orchestrator/aurea/internal/format"
)

// The columns of a help text that is not for a terminal, and the most for one: a
// longer line is hard to read.
const (
	helpWidth    = 80
	maxHelpWidth = 120
)

// wrapHelp makes help as wide as the terminal: it wraps the descriptions of
// commands and flags.
func wrapHelp(root *cobra.Command) {
	width := terminalWidth(root.OutOrStdout())
	if width == 0 {
		width = helpWidth
	}
	width = min(width, maxHelpWidth)
	cobra.AddTemplateFunc("wrapFlags", func(flags *pflag.FlagSet) string { return flags.FlagUsagesWrapped(width) })
	cobra.AddTemplateFunc("wrapText", func(text string) string { return wrapParagraphs(text, width) })
	root.SetUsageTemplate(strings.NewReplacer(
		".LocalFlags.FlagUsages", "wrapFlags .LocalFlags", ".InheritedFlags.FlagUsages", "wrapFlags .InheritedFlags",
	).Replace(root.UsageTemplate()))
	root.SetHelpTemplate(strings.ReplaceAll(root.HelpTemplate(), "trimTrailingWhitespaces", "wrapText"))
}

// wrapParagraphs wraps the paragraphs of a text. Indented ones, such as code, stay
// as they are.
func wrapParagraphs(text string, width int) string {
	paragraphs := strings.Split(strings.TrimSpace(text), "\n\n")
	for i, paragraph := range paragraphs {
		if !strings.HasPrefix(paragraph, " ") {
			paragraphs[i] = strings.Join(format.Wrap(paragraph, width), "\n")
		}
	}
	return strings.Join(paragraphs, "\n\n")
}
