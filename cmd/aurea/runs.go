package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/client"
	"github.com/aurea-orchestrator/aurea/internal/format"
)

func newRunsCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "runs",
		Short: "List, show, control, change, delete, export and verify runs",
		Long: `Manages runs: those that this user has executed on this machine, which aurea run
keeps, or with --server (or AUREA_SERVER) those of a service.

An ID is the whole id of a run, the first characters of it if no other run has
them, last: the newest run that the command can be about, or name:NAME: the newest
one of a name.`,
	}
	command.AddCommand(
		newRunsListCommand(),
		newRunsShowCommand(),
		newRunsWatchCommand(),
		newRunsPauseCommand(),
		newRunsResumeCommand(),
		newRunsLoadCommand(),
		newRunsCancelCommand(),
		newRunsChangeCommand(),
		newRunsBaselineCommand(),
		newRunsDeleteCommand(),
		newRunsExportCommand(),
		newRunsHistogramCommand(),
		newRunsVerifyCommand(),
	)
	return command
}

func newRunsCancelCommand() *cobra.Command {
	return newRunIDCommand("cancel ID...", "Stop runs; their partial results are kept", cobra.MinimumNArgs(1), liveRun,
		func(command *cobra.Command, service *client.Client, ids []string) error {
			for _, id := range ids {
				run, err := service.Cancel(command.Context(), id)
				if err != nil {
					return err
				}
				fmt.Fprintln(command.OutOrStdout(), format.Sanitize(run.ID), run.Status)
			}
			return nil
		})
}

func newRunsDeleteCommand() *cobra.Command {
	return newRunIDCommand("delete ID...", "Delete finished runs", cobra.MinimumNArgs(1), finishedRun,
		func(command *cobra.Command, service *client.Client, ids []string) error {
			for _, id := range ids {
				if err := service.Delete(command.Context(), id); err != nil {
					return err
				}
				fmt.Fprintln(command.OutOrStdout(), format.Sanitize(id), "deleted")
			}
			return nil
		})
}

func newRunsChangeCommand() *cobra.Command {
	const short = "Change a run's note, or whether it is its name's baseline"
	command := newRunIDCommand("change ID", short, cobra.ExactArgs(1), finishedRun,
		func(command *cobra.Command, service *client.Client, ids []string) error {
			var change aurea.RunChange
			if flags := command.Flags(); flags.Changed("note") {
				note, _ := flags.GetString("note")
				change.Note = &note
			}
			if flags := command.Flags(); flags.Changed("baseline") {
				baseline, _ := flags.GetBool("baseline")
				change.Baseline = &baseline
			}
			if change == (aurea.RunChange{}) {
				return usageErrorf("give --note TEXT, --baseline or --baseline=false")
			}
			_, err := service.Change(command.Context(), ids[0], change)
			return err
		})
	command.Flags().String("note", "", "text to show with the run")
	command.Flags().Bool("baseline", true, "compare later runs of its name with it")
	return command
}

// textOrJSON are the forms of the commands that write text or JSON.
var textOrJSON = []string{"text", "json"}

// addOutputFlag declares -o, which wantsJSON reads.
func addOutputFlag(command *cobra.Command) {
	command.Flags().StringP("output", "o", "text", "output format: text or json")
	annotate(command.Flags(), "output", formsAnnotation, textOrJSON...)
}

// wantsJSON reports whether -o is json.
func wantsJSON(command *cobra.Command) bool {
	output, _ := command.Flags().GetString("output")
	return output == "json"
}
