package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/engine"
	"github.com/aurea-orchestrator/aurea/internal/format"
	"github.com/aurea-orchestrator/aurea/internal/report"
	"github.com/aurea-orchestrator/aurea/internal/runs"
	"github.com/aurea-orchestrator/aurea/internal/workload/kinds"
)

// specCheckOptions are the flags of aurea spec check that are not fields of the
// spec.
type specCheckOptions struct {
	policy policyFlags
	server serverFlags
}

func newSpecCheckCommand() *cobra.Command {
	var o specCheckOptions
	command := &cobra.Command{
		Use:   "check [SPEC.yaml | URL]",
		Short: "Check a spec, and say what it would do",
		Long: `Checks a spec as aurea run does, with the same flags, and says what a run of it
would do: how many jobs, for how long, and the load over time. It runs nothing.

Exit codes: 0 the spec is right; 2 it is wrong; 1 anything else.`,
		Example: `  aurea spec check spec.yaml
  aurea spec check spec.yaml --rate 500 -o json
  aurea spec check spec.yaml --server http://127.0.0.1:5000`,
		Args: cobra.MaximumNArgs(1),
		RunE: o.run,

		ValidArgsFunction: completeSpec,
	}
	addSpecFlags(command.Flags())
	addRepeatFlags(command.Flags())
	o.policy.addFlags(command.Flags(), "the current one")
	o.server.addFlags(command.Flags(), "")
	addOutputFlag(command)
	return command
}

// run executes the command.
func (o *specCheckOptions) run(command *cobra.Command, args []string) error {
	asJSON := wantsJSON(command)
	spec, document, err := readSpec(command, args)
	if err != nil {
		return err
	}
	single := spec
	single.Repeat = nil // the forecast is of each run
	forecast, err := o.forecast(command.Context(), single, document.directory())
	if err != nil {
		return document.locate(err)
	}
	document.printRemarks(command.ErrOrStderr())
	if asJSON {
		return format.WriteJSON(command.OutOrStdout(), forecast)
	}
	return report.WriteForecast(spec.Mask(), forecast, textOptions(command), command.OutOrStdout())
}

// forecast returns what the spec would do at the server, or on this machine. The
// error is an ErrInvalid if it would be refused there.
func (o *specCheckOptions) forecast(ctx context.Context, spec aurea.Spec, directory string) (aurea.Forecast, error) {
	if o.server.url != "" {
		service, err := o.server.client()
		if err != nil {
			return aurea.Forecast{}, err
		}
		defer service.Close()
		return service.Forecast(ctx, spec)
	}
	if err := refuseWorkers(spec); err != nil {
		return aurea.Forecast{}, err
	}
	allowed, err := o.policy.localOptions(directory)
	if err != nil {
		return aurea.Forecast{}, err
	}
	manager := runs.New(engine.New(version, kinds.New(allowed)), runs.Options{})
	return manager.Forecast(ctx, spec)
}
