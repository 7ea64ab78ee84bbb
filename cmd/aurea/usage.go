package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/aurea-orchestrator/aurea/param"
)

// rejectUnknownCommands makes every command with subcommands return an error
// for an unknown one. Without an argument it still prints its help.
func rejectUnknownCommands(command *cobra.Command) {
	for _, child := range command.Commands() {
		rejectUnknownCommands(child)
	}
	if !command.HasSubCommands() {
		return
	}
	command.Args = cobra.ArbitraryArgs
	command.RunE = func(command *cobra.Command, args []string) error {
		if len(args) == 0 {
			return command.Help()
		}
		return unknownCommandError(command, args[0])
	}
}

// newHelpCommand returns the command help. Unlike cobra's it returns an error
// for an unknown command.
func newHelpCommand(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND]",
		Short: "Help about a command",
		RunE: func(_ *cobra.Command, args []string) error {
			found, rest, err := root.Find(args)
			if err != nil {
				return err
			}
			if len(rest) > 0 {
				return unknownCommandError(found, rest[0])
			}
			found.InitDefaultHelpFlag()
			return found.Help()
		},
	}
}

// unknownCommandError returns the error for a name that no subcommand has.
func unknownCommandError(parent *cobra.Command, name string) error {
	var names []string
	for _, child := range parent.Commands() {
		if child.IsAvailableCommand() {
			names = append(names, child.Name())
		}
	}
	path := parent.CommandPath()
	return usageError{fmt.Errorf("unknown command %q for %q%s", name, path, didYouMean(name, names)), path}
}

// didYouMean suggests the option closest to a name, to end a message with; ""
// if none is close.
func didYouMean(name string, options []string) string {
	if near := param.Closest(name, options); near != "" {
		return "; did you mean " + near + "?"
	}
	return ""
}

// oneOfError returns the error for a flag whose value is not one of the
// options.
func oneOfError(flag, value string, options []string) error {
	rule := "one of " + strings.Join(options, ", ")
	if len(options) == 2 {
		rule = strings.Join(options, " or ")
	}
	return usageErrorf("%s must be %s; got %q%s", flag, rule, value, didYouMean(value, options))
}
