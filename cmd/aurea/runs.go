package main

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/client"
	"github.com/aurea-orchestrator/aurea/internal/format"
)

func newRunsCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "runs",
		Short: "List, show, cancel, change, delete, export and verify the runs of a service",
	}
	command.AddCommand(
		newRunsListCommand(),
		newRunsShowCommand(),
		newRunsCancelCommand(),
		newRunsChangeCommand(),
		newRunsDeleteCommand(),
		newRunsExportCommand(),
		newRunsVerifyCommand(),
	)
	return command
}

// newServerCommand returns a command that calls do with a client of the server
// that its flags select.
func newServerCommand(
	use, short string, args cobra.PositionalArgs, do func(*cobra.Command, *client.Client, []string) error,
) *cobra.Command {
	var server serverFlags
	command := &cobra.Command{
		Use:   use,
		Short: short,
		Args:  args,
		RunE: func(command *cobra.Command, args []string) error {
			service, err := server.client()
			if err != nil {
				return err
			}
			defer service.Close()
			return do(command, service, args)
		},
	}
	server.addFlags(command.Flags(), defaultServerURL)
	return command
}

func newRunsCancelCommand() *cobra.Command {
	return newServerCommand("cancel ID...", "Stop runs; their partial results are kept", cobra.MinimumNArgs(1),
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
	return newServerCommand("delete ID...", "Delete finished runs", cobra.MinimumNArgs(1),
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
	command := newServerCommand("change ID", short, cobra.ExactArgs(1),
		func(command *cobra.Command, service *client.Client, args []string) error {
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
			_, err := service.Change(command.Context(), args[0], change)
			return err
		})
	command.Flags().String("note", "", "text to show with the run")
	command.Flags().Bool("baseline", true, "compare later runs of its name with it")
	return command
}

// addOutputFlag declares -o, which wantsJSON reads.
func addOutputFlag(command *cobra.Command) {
	command.Flags().StringP("output", "o", "text", "output format: text or json")
}

// wantsJSON reports whether -o is json.
func wantsJSON(command *cobra.Command) (bool, error) {
	output, _ := command.Flags().GetString("output")
	if output != "text" && output != "json" {
		return false, oneOfError("-o", output, []string{"text", "json"})
	}
	return output == "json", nil
}

// writeJSON writes a value as indented JSON.
func writeJSON(w io.Writer, value any) error {
	encoder := json.NewEncoder(format.NewJSONWriter(w))
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(value)
}
