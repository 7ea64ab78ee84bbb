package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

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

func usageErrorf(format string, args ...any) error {
	return usageError{fmt.Errorf(format, args...), "aurea"}
}

// exitCode reports an error to the user and turns it into the exit code.
func exitCode(err error, stderr io.Writer) int {
	var exit exitError
	var usage usageError
	var invalid *aurea.InvalidError
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &exit):
		if exit.message != "" {
			fmt.Fprintln(stderr, "aurea:", exit.message)
		}
		return exit.code
	case errors.As(err, &invalid):
		for _, field := range invalid.Fields {
			fmt.Fprintln(stderr, "aurea:", field)
		}
		return exitUsage
	case errors.As(err, &usage):
		fmt.Fprintf(stderr, "aurea: %v; see %s --help\n", err, usage.command)
		return exitUsage
	case isCobraUsage(err):
		fmt.Fprintf(stderr, "aurea: %v; see aurea --help\n", err)
		return exitUsage
	default:
		fmt.Fprintln(stderr, "aurea:", err)
		return exitFailure
	}
}

// isCobraUsage recognises the errors that cobra has no type for.
func isCobraUsage(err error) bool {
	for _, beginning := range []string{"unknown command", "accepts ", "requires "} {
		if strings.HasPrefix(err.Error(), beginning) {
			return true
		}
	}
	return false
}
