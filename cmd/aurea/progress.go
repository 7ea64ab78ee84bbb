package main

import (
	"context"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/live"
)

// openView shows the run on standard error, unless --quiet is set. Of several runs
// only a terminal shows each; elsewhere each has a line at its end. What else the
// command writes there meanwhile appears above it.
func (o *runOptions) openView(command *cobra.Command, spec aurea.Spec, stop context.CancelFunc) *live.View {
	if o.quiet || o.several && terminalWidth(command.ErrOrStderr()) == 0 {
		return live.Open(live.Options{Out: io.Discard})
	}
	view := live.Open(live.Options{
		Out: command.ErrOrStderr(), In: command.InOrStdin(), Getenv: os.Getenv, Spec: spec, Stop: stop,
	})
	o.push.stderr.redirect(view)
	return view
}
