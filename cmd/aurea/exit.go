package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/aurea-orchestrator/aurea"
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

// An exitError ends the command with a code. What it says goes to standard
// error, if it says anything.
type exitError struct {
	code    int
	message string
}

func (e exitError) Error() string { return e.message }

// A usageError is a wrong flag or argument.
type usageError struct {
	error
	command string // whose help may help
}

func (e usageError) Unwrap() error { return e.error }

func usageErrorf(format string, args ...any) error {
	return usageError{fmt.Errorf(format, args...), "aurea"}
}

// exitCode reports an error of a command to the user and turns it into the exit
// code.
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
			printError(stderr, "%v", field)
		}
		return exitUsage
	case errors.As(err, &usage):
		printError(stderr, "%s; see %s --help", replaceFlagByVariable(command, err.Error()), usage.command)
		return exitUsage
	case isCobraUsageError(err):
		printError(stderr, "%v; see aurea --help", err)
		return exitUsage
	default:
		printError(stderr, "%v", err)
		return exitFailure
	}
}

// isCobraUsageError recognises the errors that cobra has no type for.
func isCobraUsageError(err error) bool {
	return slices.ContainsFunc([]string{"unknown command", "accepts ", "requires "}, func(beginning string) bool {
		return strings.HasPrefix(err.Error(), beginning)
	})
}
