package main

import (
	"context"
	"fmt"
	"io"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/format"
	"github.com/aurea-orchestrator/aurea/internal/live"
)

// execute runs the spec at the server and shows it. If the server is lost, the
// error says how to go on.
func (f *serverFlags) execute(ctx context.Context, spec aurea.Spec, view *live.View) (aurea.Run, error) {
	service, err := f.client()
	if err != nil {
		return aurea.Run{}, err
	}
	defer service.Close()
	view.ControlBy(service.Control)
	run, err := service.DoUpdates(ctx, spec, showUpdates(view))
	if err != nil {
		return run, f.lostError(run.ID, err)
	}
	return withSamples(ctx, service, run), nil
}

// showUpdates returns a function that shows the updates of one run. In a queue
// nothing may happen for long, so the run is shown again with each heartbeat. What
// is updated is its status and place there, and controls of others.
func showUpdates(view *live.View) func(aurea.Update) {
	var run aurea.Run
	return func(update aurea.Update) {
		if update.Kind != aurea.Heartbeat {
			run = update.Run
		} else if run.Status != aurea.StatusQueued {
			return
		}
		view.Show(run)
	}
}

// lostError returns the error for a run that was submitted and could not be
// followed to its end.
func (f *serverFlags) lostError(id string, err error) error {
	if id == "" {
		return err
	}
	return fmt.Errorf("lost run %s, which may go on at the server: %w; follow it with: %s", id, err, f.watchCommand(id))
}

// watchCommand returns the command that watches a run at the server.
func (f *serverFlags) watchCommand(id string) string {
	command := "aurea runs watch " + id + " --server " + f.url
	if f.tokenFile != "" {
		command += " --token-file " + f.tokenFile
	}
	return command
}

// detach submits the spec and prints the id of the run on stdout.
func (f *serverFlags) detach(ctx context.Context, spec aurea.Spec, stdout, stderr io.Writer) error {
	service, err := f.client()
	if err != nil {
		return err
	}
	defer service.Close()
	run, err := service.Submit(ctx, spec, "")
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintln(stdout, format.Sanitize(run.ID)); err != nil {
		return fmt.Errorf("cannot write the id of run %s: %w", run.ID, err)
	}
	fmt.Fprintln(stderr, format.Sanitize("follow it with: "+f.watchCommand(run.ID)))
	return nil
}

// checkDetach returns an error if --detach cannot be combined with the other
// flags.
func (o *runOptions) checkDetach() error {
	switch {
	case !o.detach:
		return nil
	case o.server.url == "":
		return usageErrorf("--detach needs a server that goes on with the run: add --server URL")
	case len(o.output.given) > 0:
		return usageErrorf("--detach cannot be combined with -o: there is no result yet; " +
			"aurea report ID -o writes it later")
	}
	return nil
}
