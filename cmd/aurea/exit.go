package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/format"
)

// The exit codes.
const (
	exitOK          = 0
	exitFailure     = 1   // the tool failed
	exitUsage       = 2   // wrong usage or wrong spec
	exitThreshold   = 3   // a threshold failed, or a comparison found a regression
	exitInvalid     = 4   // the measurement is invalid, or there was no data
	exitEvidence    = 5   // a comparison has too little evidence to say
	exitInterrupted = 130 // interrupted; the partial result was printed
)

// An exitError ends the command with an exit code. Its message, unless empty,
// goes to standard error.
type exitError struct {
	code    int
	message string
}

func (e exitError) Error() string { return e.message }

// A usageError is an error about a flag or an argument.
type usageError struct {
	error
	command string // the message refers to this command's --help; "" is the one that ran
}

func (e usageError) Unwrap() error { return e.error }

// usageErrorf returns a usageError that refers to the help of the command that
// ran.
func usageErrorf(format string, args ...any) error {
	return usageError{fmt.Errorf(format, args...), ""}
}

// exitCode prints the error of a command and returns its exit code.
func exitCode(command *cobra.Command, err error, stderr io.Writer) int {
	var exit exitError
	var usage usageError
	var invalid *aurea.InvalidError
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &exit):
		if exit.message != "" {
			printError(stderr, "%s", exit.message)
		}
		return exit.code
	case errors.As(err, &invalid):
		for _, field := range invalid.Fields {
			field.Location = nameFlag(command, field.Location)
			printError(stderr, "%v", field)
		}
		return exitUsage
	case errors.As(err, &usage):
		help := cmp.Or(usage.command, command.CommandPath())
		printError(stderr, "%s; see %s --help", replaceFlagByVariable(command, err.Error()), help)
		return exitUsage
	case isArgumentCountError(err), isUnknownCommandError(err) && !command.HasSubCommands():
		use := strings.TrimSuffix(command.UseLine(), " [flags]")
		got := format.NumberOf(len(command.Flags().Args()), "argument")
		printError(stderr, "the usage is %s; got %s; see %s --help", use, got, command.CommandPath())
		return exitUsage
	case isUnknownCommandError(err):
		printError(stderr, "%v; see %s --help", err, command.CommandPath())
		return exitUsage
	default:
		printError(stderr, "%v", err)
		return exitFailure
	}
}

// printError writes an error as one line. A terminal gets it broken between
// words.
func printError(stderr io.Writer, message string, args ...any) {
	text := format.Sanitize("aurea: " + fmt.Sprintf(message, args...))
	if width := terminalWidth(stderr); width > 0 && utf8.RuneCountInString(text) > width {
		text = strings.Join(format.Wrap(text, width), "\n")
	}
	fmt.Fprintln(stderr, text)
}

// isUnknownCommandError reports whether an error is cobra's about a command, which
// has no type of its own. Cobra takes an argument of a command that takes none for a
// command, too.
func isUnknownCommandError(err error) bool { return strings.HasPrefix(err.Error(), "unknown command") }

// isArgumentCountError reports whether an error is cobra's about the number of
// arguments, which has no type of its own.
func isArgumentCountError(err error) bool {
	return strings.HasPrefix(err.Error(), "accepts ") || strings.HasPrefix(err.Error(), "requires ")
}
