package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/client"
	"github.com/aurea-orchestrator/aurea/internal/format"
)

func newRunsPauseCommand() *cobra.Command {
	return newRunsControlCommand("pause ID", "Start no more jobs of a running run until it is resumed",
		func(*cobra.Command) (aurea.Control, error) { return aurea.Control{Kind: aurea.Pause}, nil })
}

func newRunsResumeCommand() *cobra.Command {
	return newRunsControlCommand("resume ID", "Go on with a paused run",
		func(*cobra.Command) (aurea.Control, error) { return aurea.Control{Kind: aurea.Resume}, nil })
}

func newRunsLoadCommand() *cobra.Command {
	command := newRunsControlCommand("load ID", "Change the rate or the concurrency of a running run", readLoad)
	command.Example = `  aurea runs load last --rate 500
  aurea runs load last --concurrency 20 --server http://127.0.0.1:5000`
	flags := command.Flags()
	flags.Float64("rate", 0, "jobs a second, for a run that has a rate")
	flags.Int64("concurrency", 0, "most jobs in flight")
	for _, name := range []string{"rate", "concurrency"} { // AUREA_RATE is of the spec of aurea run
		annotate(flags, name, ownVariableAnnotation)
	}
	return command
}

// readLoad returns the change that the flags ask for.
func readLoad(command *cobra.Command) (aurea.Control, error) {
	control := aurea.Control{Kind: aurea.ChangeLoad}
	flags := command.Flags()
	control.Rate, _ = flags.GetFloat64("rate")
	control.Concurrency, _ = flags.GetInt64("concurrency")
	switch {
	case !flags.Changed("rate") && !flags.Changed("concurrency"):
		return control, usageErrorf("give the new load: --rate N, --concurrency N or both")
	case flags.Changed("rate") && !(control.Rate > 0):
		return control, usageErrorf("--rate must be above 0; got %v; aurea runs pause stops the starts", control.Rate)
	case flags.Changed("concurrency") && control.Concurrency < 1:
		return control, usageErrorf("--concurrency must be at least 1; got %d", control.Concurrency)
	}
	return control, nil
}

// controlDone says what a control has done to a run.
var controlDone = map[string]string{aurea.Pause: "paused", aurea.Resume: "resumed", aurea.ChangeLoad: "load"}

// newRunsControlCommand returns a command that applies a control to a running run
// and prints what changed.
func newRunsControlCommand(use, short string, read func(*cobra.Command) (aurea.Control, error)) *cobra.Command {
	var control aurea.Control
	command := newRunIDCommand(use, short, cobra.ExactArgs(1), runningRun,
		func(command *cobra.Command, service *client.Client, ids []string) error {
			run, err := service.Control(command.Context(), ids[0], control)
			if err != nil {
				return err
			}
			change := controlDone[control.Kind]
			if n := len(run.Timeline); n > 0 && run.Timeline[n-1].Detail != "" {
				change += " " + run.Timeline[n-1].Detail
			}
			fmt.Fprintln(command.OutOrStdout(), format.Sanitize(run.ID), format.Sanitize(change))
			return nil
		})
	command.PreRunE = func(command *cobra.Command, _ []string) (err error) {
		control, err = read(command)
		return err
	}
	return command
}
