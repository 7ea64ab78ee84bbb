package main

import (
	"cmp"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/client"
	"github.com/aurea-orchestrator/aurea/internal/format"
	"github.com/aurea-orchestrator/aurea/internal/report"
)

func newRunsShowCommand() *cobra.Command {
	command := newRunIDCommand("show ID", "Show a run, with its result when there is one", cobra.ExactArgs(1), anyRun,
		func(command *cobra.Command, service *client.Client, ids []string) error {
			asJSON := wantsJSON(command)
			get := service.Get
			if wait, _ := command.Flags().GetBool("wait"); wait {
				get = service.Wait
			}
			run, err := get(command.Context(), ids[0])
			if err != nil {
				return err
			}
			if asJSON {
				return format.WriteJSON(command.OutOrStdout(), run)
			}
			options := textOptions(command)
			options.Previous = previousOf(command.Context(), service, run)
			return printRun(command.OutOrStdout(), withSamples(command.Context(), service, run), options)
		})
	command.Flags().Bool("wait", false, "wait until the run has finished")
	addOutputFlag(command)
	addVerboseFlag(command.Flags())
	return command
}

// printRun prints a run for people: its result, or else its progress.
func printRun(w io.Writer, run aurea.Run, o report.Options) error {
	if run.Result != nil {
		if err := report.Text(run, o, w); err != nil {
			return err
		}
	}
	t := format.NewRows(w, o.Width)
	line := func(name, value string) {
		if value != "" {
			t.Row(name, value)
		}
	}
	if run.Result == nil {
		line("run", run.ID+format.Name(run.Name))
		line("status", string(run.Status))
	} else {
		t.Row()
	}
	if run.QueuePosition > 0 {
		line("queue", fmt.Sprintf("place %d", run.QueuePosition))
	}
	line("error", run.Error)
	line("created", run.CreatedAt.Local().Format(time.DateTime))
	line("workload", run.Spec.ResolvedWorkload().Kind)
	if p := run.Progress; p != nil && run.Result == nil {
		line("so far", fmt.Sprintf("%s, %d started, %d ok, %d failed, %d in flight",
			format.Duration(p.Elapsed), p.Started, p.OK, p.Failed, p.InFlight))
		if !run.Status.Finished() {
			line("now", cmp.Or(p.Activity, string(p.Phase)))
		}
	}
	line("note", run.Note)
	if run.Baseline {
		line("baseline", "of "+run.Name)
	}
	line("digest", run.Digest)
	return t.Flush()
}
