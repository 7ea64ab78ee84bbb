package main

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/aurea-orchestrator/aurea/internal/doctor"
	"github.com/aurea-orchestrator/aurea/internal/format"
)

func newDoctorCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "doctor",
		Short: "Say what on this machine would spoil a measurement",
		Long: `Examines this machine for what would spoil a measurement: cores, CPU quota and
throttling, governor, virtualization, steal, other load, limits of files and
ports, memory, clock and timers. The worst comes first, with what it does to a
measurement and what to do about it. It takes about two seconds.

The states: ok; unknown, it cannot be read on this machine; warn, it may disturb
a measurement; bad, it would spoil one.

Exit codes: 0 nothing is bad; 1 something is; 2 wrong usage; 130 interrupted.`,
		Example: `  aurea doctor
  aurea doctor -o json`,
		Args: cobra.NoArgs,
		RunE: runDoctor,
	}
	addOutputFlag(command)
	return command
}

// runDoctor executes the command. It returns an exitError if something is bad.
func runDoctor(command *cobra.Command, _ []string) error {
	asJSON := wantsJSON(command)
	report := doctor.Examine(command.Context())
	if command.Context().Err() != nil {
		return exitError{exitInterrupted, "interrupted before the machine was examined"}
	}
	output := command.OutOrStdout()
	var err error
	if asJSON {
		err = format.WriteJSON(output, report)
	} else {
		err = writeDoctor(output, report, cmp.Or(terminalWidth(output), helpWidth))
	}
	if err != nil {
		return fmt.Errorf("cannot write what was found: %w", err)
	}
	if report.State == doctor.Bad {
		return exitError{code: exitFailure}
	}
	return nil
}

// writeDoctor writes a line for each check, with what to do below those that are
// warn or bad, and then the verdict. It wraps texts at width columns.
func writeDoctor(w io.Writer, report doctor.Report, width int) error {
	const indent, minText = 25, 20 // of the column of values; a terminal may be narrower
	var text strings.Builder
	for _, c := range report.Checks {
		lines := format.Wrap(format.Sanitize(c.Value), max(width-indent, minText))
		fmt.Fprintf(&text, "%-7s  %-14s  %s\n", c.State, c.Name, strings.Join(lines, "\n"+strings.Repeat(" ", indent)))
		if c.Advice == "" {
			continue
		}
		for _, sentence := range []string{c.Effect, "→ " + c.Advice} {
			for _, line := range format.Wrap(sentence, max(width-9, minText)) {
				fmt.Fprintf(&text, "%9s%s\n", "", line)
			}
		}
	}
	verdict := format.Wrap(string(report.State)+": "+report.Verdict, max(width, minText))
	fmt.Fprintf(&text, "\n%s\n", strings.Join(verdict, "\n"))
	_, err := io.WriteString(w, text.String())
	return err
}
