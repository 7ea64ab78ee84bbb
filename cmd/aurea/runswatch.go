package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/client"
	"github.com/aurea-orchestrator/aurea/internal/live"
)

// watchOptions are the flags of aurea runs watch.
type watchOptions struct {
	output outputFlag
	quiet  bool
}

func newRunsWatchCommand() *cobra.Command {
	var o watchOptions
	command := newRunIDCommand("watch ID", "Show a run while it runs, and then its result",
		cobra.ExactArgs(1), liveRun, o.run)
	command.Long = `Shows a run while it runs, as aurea run does, and writes its result when it has ended.
It exits as aurea run does. An interrupt ends the watching only: the run goes on.`
	command.Example = `  aurea runs watch last
  aurea runs watch last --server http://127.0.0.1:5000 -o junit=junit.xml`
	o.output.addFlag(command.Flags(), "result", resultForms())
	command.Flags().BoolVarP(&o.quiet, "quiet", "q", false, "print no progress")
	addVerboseFlag(command.Flags())
	return command
}

func (o *watchOptions) run(command *cobra.Command, service *client.Client, ids []string) error {
	outputs, err := o.output.outputs()
	if err != nil {
		return err
	}
	ctx, stop := cancelOnSignal(command.Context())
	defer stop()
	run, err := service.Get(ctx, ids[0])
	if err == nil && !run.Status.Finished() {
		run, err = o.watch(ctx, stop, command, service, run)
	}
	if err != nil {
		return watchError(ctx, ids[0], err)
	}
	options := textOptions(command)
	options.Previous = previousOf(ctx, service, run)
	return writeRun(withSamples(ctx, service, run), outputs, options, command.OutOrStdout())
}

// watch shows the run until it has finished, and returns it then.
func (o *watchOptions) watch(
	ctx context.Context, stop context.CancelFunc, command *cobra.Command, service *client.Client, run aurea.Run,
) (aurea.Run, error) {
	options := live.Options{
		Out: command.ErrOrStderr(), In: command.InOrStdin(), Getenv: os.Getenv, Spec: run.Spec, Stop: stop,
	}
	if o.quiet {
		options = live.Options{Out: io.Discard}
	}
	view := live.Open(options)
	defer view.Close()
	view.ControlBy(service.Control)
	show := showUpdates(view)
	for update, err := range service.Watch(ctx, run.ID, 0) {
		if err != nil {
			return run, err
		}
		show(update)
	}
	return service.Get(ctx, run.ID)
}

// watchError returns the error for a run that is not watched to its end.
func watchError(ctx context.Context, id string, err error) error {
	if ctx.Err() != nil {
		return exitError{exitInterrupted, fmt.Sprintf("run %s is no longer watched; it goes on", id)}
	}
	return err
}
