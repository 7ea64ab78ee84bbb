package main

import (
	"fmt"
	"io"
	"strconv"
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
// commands and flags. It uses no templates of cobra, since these find methods by
// their names, and a binary with them keeps every exported method.
func wrapHelp(root *cobra.Command) {
	root.Annotations = map[string]string{widthAnnotation: strconv.Itoa(terminalWidth(root.OutOrStdout()))}
	root.SetUsageFunc(func(command *cobra.Command) error {
		_, err := io.WriteString(command.OutOrStderr(), usageOf(command))
		return err
	})
	root.SetHelpFunc(func(command *cobra.Command, _ []string) {
		about := command.Long
		if about == "" {
			about = command.Short
		}
		fmt.Fprintf(command.OutOrStdout(), "%s\n\n%s", wrapParagraphs(about, widthOfHelp(command)), usageOf(command))
	})
}

// usageOf returns how a command is called: its subcommands, examples and flags.
func usageOf(command *cobra.Command) string {
	var b strings.Builder
	b.WriteString("Usage:")
	if command.Runnable() {
		b.WriteString("\n  " + command.UseLine())
	}
	if command.HasAvailableSubCommands() {
		b.WriteString("\n  " + command.CommandPath() + " [command]")
	}
	if command.HasExample() {
		b.WriteString("\n\nExamples:\n" + command.Example)
	}
	if command.HasAvailableSubCommands() {
		b.WriteString("\n\nAvailable Commands:")
		for _, child := range command.Commands() {
			if child.IsAvailableCommand() || child.Name() == "help" {
				b.WriteString(usageLine(child))
			}
		}
	}
	addFlags := func(title string, flags *pflag.FlagSet) {
		if flags.HasAvailableFlags() {
			usages := strings.TrimRight(flags.FlagUsagesWrapped(widthOfHelp(command)), "\n ")
			b.WriteString("\n\n" + title + ":\n" + usages)
		}
	}
	addFlags("Flags", command.LocalFlags())
	addFlags("Global Flags", command.InheritedFlags())
	if command.HasAvailableSubCommands() {
		b.WriteString("\n\nUse \"" + command.CommandPath() + " [command] --help\" for more information about a command.")
	}
	b.WriteString("\n")
	return b.String()
}

// usageLine returns the line of a subcommand, or its lines.
func usageLine(command *cobra.Command) string {
	padding := command.NamePadding()
	indent := padding + len("   ")
	short := format.Wrap(command.Short, max(widthOfHelp(command)-indent, 1))
	return fmt.Sprintf("\n  %-*s %s", padding, command.Name(), strings.Join(short, "\n"+strings.Repeat(" ", indent)))
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
