package main

import (
	"strconv"
	"strings"
	"sync"

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

// addHelpFuncs adds what the templates of help call. The functions of templates
// belong to the whole process.
var addHelpFuncs = sync.OnceFunc(func() {
	cobra.AddTemplateFunc("wrapFlags", func(command *cobra.Command, flags *pflag.FlagSet) string {
		return flags.FlagUsagesWrapped(widthOfHelp(command))
	})
	cobra.AddTemplateFunc("wrapText", func(command *cobra.Command, text string) string {
		return wrapParagraphs(text, widthOfHelp(command))
	})
	cobra.AddTemplateFunc("wrapShort", func(command *cobra.Command, short string, padding int) string {
		indent := padding + len("   ")
		return strings.Join(format.Wrap(short, max(widthOfHelp(command)-indent, 1)), "\n"+strings.Repeat(" ", indent))
	})
})

// wrapHelp makes help as wide as the terminal: it wraps the descriptions of
// commands and flags.
func wrapHelp(root *cobra.Command) {
	addHelpFuncs()
	root.Annotations = map[string]string{widthAnnotation: strconv.Itoa(terminalWidth(root.OutOrStdout()))}
	root.SetUsageTemplate(strings.NewReplacer(
		".LocalFlags.FlagUsages", "wrapFlags $ .LocalFlags", ".InheritedFlags.FlagUsages",
		"wrapFlags $ .InheritedFlags", "{{.Short}}", "{{wrapShort $ .Short .NamePadding}}",
	).Replace(root.UsageTemplate()))
	root.SetHelpTemplate(strings.ReplaceAll(root.HelpTemplate(), "trimTrailingWhitespaces", "wrapText $"))
}

// widthAnnotation is the annotation of the root with the columns of its output.
// Cobra writes a part of a help text to a buffer, which has none.
const widthAnnotation = "width"

// widthOfHelp returns the columns of a command's help.
func widthOfHelp(command *cobra.Command) int {
	width, err := strconv.Atoi(command.Root().Annotations[widthAnnotation])
	if err != nil || width == 0 {
		width = helpWidth
	}
	return min(width, maxHelpWidth)
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
