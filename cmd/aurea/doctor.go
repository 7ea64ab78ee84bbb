package main

import (
	"io"

	"github.com/spf13/cobra"

	"github.com/aurea-orchestrator/aurea/internal/doctor"
	"github.com/aurea-orchestrator/aurea/internal/format"
)

func newDoctorCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "doctor",
		Short: "Say what on this machine would spoil a measurement",
		Long: `Examines this machine for what would spoil a measurement: cores, CPU quota,
governor, steal, other load, limits of files and ports, memory, clock and timers.
Each has its state, what was found, and what to do about it. It takes a second.

Exit codes: 0 the machine was examined, whatever was found; 2 wrong usage.`,
		Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			asJSON, err := wantsJSON(command)
			if err != nil {
				return err
			}
			report := doctor.Examine(command.Context())
			if asJSON {
				return writeJSON(command.OutOrStdout(), report)
			}
			return printExamination(command.OutOrStdout(), report)
		},
	}
	addOutputFlag(command)
	return command
}

// printExamination prints the checks as a table, and below it what to do.
func printExamination(w io.Writer, report doctor.Report) error {
	rows := format.NewRows(w)
	for _, c := range report.Checks {
		rows.Row(string(c.State), c.Name, c.Value)
	}
	advised := false
	for _, c := range report.Checks {
		if c.Advice == "" {
			continue
		}
		if !advised {
			rows.Row()
			advised = true
		}
		rows.Row(c.Name + ": " + c.Advice)
	}
	return rows.Flush()
}
