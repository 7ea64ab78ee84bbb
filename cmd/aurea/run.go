package main

import (
	"context"
	"maps"
	"os"
	"os/signal"
	"slices"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/report"
	"github.com/aurea-orchestrator/aurea/internal/workload/kinds"
)

// runOptions are the flags of aurea run that are not fields of the spec.
type runOptions struct {
	output  outputFlag
	quiet   bool
	several bool // there are more runs than one
	detach  bool
	policy  policyFlags
	server  serverFlags
	push    pusher
	keeper  keeper
}

func newRunCommand() *cobra.Command {
	var o runOptions
	command := &cobra.Command{
		Use:   "run [SPEC.yaml | URL]",
		Short: "Run one benchmark, on this machine or at a server",
		Long: `Runs one benchmark and prints its result. It runs on this machine, or with
--server at a service, which also stores it. The spec is a YAML or JSON file (- is
standard input), flags, or both; flags override the file. A URL is short for the
workload http, which calls it: 200 times, 50 at once, unless flags say otherwise.

Exit codes: 0 done, and every threshold passed; 2 wrong usage or spec; 3 a
threshold failed; 4 the measurement is invalid or had no data; 130 interrupted,
with the partial result printed; 1 anything else.`,
		Example: `  aurea run http://localhost:8080/
  aurea run http://localhost:8080/ -n 10000 -c 100
  aurea run http://localhost:8080/ -r 500 -z 10s -H "Accept: application/json"
  aurea run http://localhost:8080/ -d @body.json --threshold "p99 < 250ms"
  aurea run --jobs 100 --job-duration 50ms
  aurea run --jobs 1000000 --workload noop --concurrency 2
  aurea run -z 10s -c 50 --job-duration 20ms --threshold "p99 < 30ms"
  aurea run spec.yaml -o json
  aurea run spec.yaml -o text -o html=report.html -o junit=junit.xml
  aurea run spec.yaml --repeat 10 --cooldown 2s -o json=set.json
  aurea run spec.yaml --server http://127.0.0.1:5000
  aurea run spec.yaml --server http://127.0.0.1:5000 --workers 3,zone=a
  aurea run spec.yaml --server http://127.0.0.1:5000 --detach
  aurea run spec.yaml --push http://localhost:9090/api/v1/write`,
		Args: cobra.MaximumNArgs(1),
		RunE: o.run,

		ValidArgsFunction: completeSpec,
	}
	addSpecFlags(command.Flags())
	addRepeatFlags(command.Flags())
	o.policy.addFlags(command.Flags(), "the current one")
	o.server.addFlags(command.Flags(), "")
	o.keeper.addFlags(command.Flags())
	o.output.addFlag(command.Flags(), "result", resultForms())
	command.Flags().BoolVarP(&o.quiet, "quiet", "q", false, "print no progress")
	command.Flags().BoolVar(&o.detach, "detach", false,
		"with --server: submit the run, print its id and leave it to the server")
	addVerboseFlag(command.Flags())
	command.Flags().StringVar(&o.push.url, "push", "",
		"URL of a Prometheus that accepts remote write, to push the metrics to")
	return command
}

// run executes the command. It returns an exitError unless the run passed.
func (o *runOptions) run(command *cobra.Command, args []string) error {
	outputs, err := o.output.outputs()
	if err != nil {
		return err
	}
	spec, document, err := readSpec(command, args)
	if err != nil {
		return err
	}
	if o.server.url == "" {
		if err := refuseWorkers(spec); err != nil {
			return document.locate(err)
		}
	}
	if o.push.url != "" && o.server.url != "" {
		return usageErrorf("--push cannot be combined with --server: the server has metrics of its own")
	}
	if err := o.checkDetach(); err != nil {
		return err
	}
	if o.detach {
		notes := o.unlessQuiet(command.ErrOrStderr())
		document.printRemarks(notes)
		return document.locate(o.server.detach(command.Context(), spec, command.OutOrStdout(), notes))
	}
	allowed, err := o.policy.localOptions(document.directory())
	if err != nil {
		return err
	}
	if err := o.push.prepare(command.ErrOrStderr()); err != nil {
		return err
	}
	document.printRemarks(o.unlessQuiet(o.push.stderr))
	o.keeper.prepare(o.push.stderr)
	defer o.push.flush()  // after the result is printed: it may be slow
	defer o.keeper.wait() // likewise
	ctx, stop := cancelOnSignal(command.Context())
	defer stop()
	execute := func(ctx context.Context, spec aurea.Spec) (aurea.Run, error) {
		run, err := o.execute(ctx, command, spec, allowed, stop)
		return run, document.locate(err)
	}
	if spec.Repeat != nil {
		return o.repeat(ctx, command, spec, outputs, execute)
	}
	run, err := execute(ctx, spec)
	if err != nil {
		return err
	}
	options := textOptions(command)
	options.Previous = o.previous(ctx, run, outputs)
	return writeRun(run, outputs, options, command.OutOrStdout())
}

// execute executes one run, on this machine or at the server, and shows it.
func (o *runOptions) execute(
	ctx context.Context, command *cobra.Command, spec aurea.Spec, allowed kinds.Options, stop context.CancelFunc,
) (aurea.Run, error) {
	view := o.openView(command, spec.Mask(), stop)
	defer view.Close() // also when the program panics
	if o.server.url != "" {
		return o.server.execute(ctx, spec, view)
	}
	return executeLocal(ctx, spec, allowed, &o.push, &o.keeper, view)
}

// resultForms returns the forms of a result, sorted.
func resultForms() []string { return slices.Sorted(maps.Keys(report.Writers)) }

// cancelOnSignal returns a context that the first SIGINT, SIGTERM or SIGHUP
// cancels; a second one ends the process. SIGHUP, which the end of an ssh
// session sends, is left alone if it was ignored at the start, as nohup does.
func cancelOnSignal(ctx context.Context) (context.Context, context.CancelFunc) {
	signals := []os.Signal{syscall.SIGINT, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		signals = append(signals, syscall.SIGHUP)
	}
	ctx, stop := signal.NotifyContext(ctx, signals...)
	context.AfterFunc(ctx, stop)
	return ctx, stop
}
