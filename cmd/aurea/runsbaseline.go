package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/client"
	"github.com/aurea-orchestrator/aurea/internal/format"
)

func newRunsBaselineCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "baseline",
		Short: "Add runs to the baseline of their name, or remove them",
		Long: `Says which runs are the baseline of their name, with which aurea compare baseline
HEAD compares others. A baseline of one run gives no evidence: add 4 or more. Runs of
a baseline are kept, however old they are.

aurea runs list --baseline --name NAME lists them, and aurea runs change --baseline
makes a run the only one.`,
	}
	command.AddCommand(
		newBaselineChangeCommand("add", "Add runs to the baseline of their name", true),
		newBaselineChangeCommand("remove", "Remove runs from the baseline of their name", false),
	)
	return command
}

func newBaselineChangeCommand(verb, short string, mark bool) *cobra.Command {
	return newRunIDCommand(verb+" ID...", short, cobra.MinimumNArgs(1), finishedRun,
		func(command *cobra.Command, service *client.Client, ids []string) error {
			for _, id := range ids {
				change := aurea.RunChange{Baseline: &mark, KeepBaselines: true}
				run, err := service.Change(command.Context(), id, change)
				if err != nil {
					return err
				}
				state := "is in the baseline of"
				if !mark {
					state = "is not in the baseline of"
				}
				fmt.Fprintf(command.OutOrStdout(), "%s %s %q\n", format.Sanitize(run.ID), state, run.Name)
			}
			return nil
		})
}
