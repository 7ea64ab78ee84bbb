package main

import (
	"context"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/live"
)

// openView shows the run on standard error, unless --quiet is set. What else the
// command writes there meanwhile appears above it.
func (o *runOptions) openView(command *cobra.Command, spec aurea.Spec, stop context.CancelFunc) *live.View {
	if o.quiet {
		return live.Open(live.Options{Out: io.Discard})
	}
	view := live.Open(live.Options{
		Out: command.ErrOrStderr(), In: command.InOrStdin(), Getenv: os.Getenv, Spec: spec, Stop: stop,
	})
	o.push.stderr.redirect(view)
	return view
}
