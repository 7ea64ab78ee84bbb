package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/egress"
	"github.com/aurea-orchestrator/aurea/internal/engine"
	"github.com/aurea-orchestrator/aurea/internal/platform"
	"github.com/aurea-orchestrator/aurea/internal/runs"
	"github.com/aurea-orchestrator/aurea/internal/workload"
)

// resultWriters are the forms of output, by the name that -o takes.
var resultWriters = map[string]func(*aurea.Result, io.Writer) error{
	"text":     writeText,
	"json":     writeResultJSON,
	"markdown": writeMarkdown,
	"junit":    writeJUnit,
	"html":     writeHTML,
}

// outputNames names the forms, for people.
func outputNames() string {
	return "one of " + strings.Join(slices.Sorted(maps.Keys(resultWriters)), ", ")
}

func newRunCommand() *cobra.Command {
	var output string
	var quiet bool
	var allowed policyFlags
	var remote serverFlags
	var out pusher
	command := &cobra.Command{
		Use:   "run [SPEC.yaml | URL]",
		Short: "Run one benchmark, on this machine or at a server",
		Long: `Runs one benchmark on this machine, or, with --server, at a service, which also
keeps it, and prints its result. The spec is a YAML or JSON file (- is standard
input), flags, or both; flags override the file. A URL stands for the workload
http, which calls it.

Exit codes: 0 done, and every threshold passed; 2 wrong usage or spec; 3 a
threshold failed; 4 the measurement is invalid or had no data; 130 interrupted,
with the partial result printed; 1 anything else.`,
		Example: `  aurea run --jobs 100 --job-duration 50ms
  aurea run --jobs 1000000 --workload noop --concurrency 2
  aurea run --duration 10s --concurrency 50 --job-duration 20ms --threshold "p99 < 30ms"
  aurea run http://localhost:8080/ --rate 500 --duration 10s
  aurea run spec.yaml -o json
  aurea run spec.yaml -o junit >aurea.xml
  aurea run spec.yaml --server http://127.0.0.1:5000
  aurea run spec.yaml --push http://localhost:9090/api/v1/write`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(command *cobra.Command, args []string) error {
			write, ok := resultWriters[output]
			if !ok {
				return oneOfError("-o", output, slices.Sorted(maps.Keys(resultWriters)))
			}
			spec, origins, err := readSpec(command, args)
			if err != nil {
				return err
			}
			if out.url != "" && remote.url != "" {
				return usageErrorf("--push cannot stand together with --server: the server has metrics of its own")
			}
			host, err := allowed.policy(".")
			if err != nil {
				return err
			}
			host.Targets = egress.AllowAll() // who can type this command can also type curl
			if err := out.prepare(command.ErrOrStderr()); err != nil {
				return err
			}
			progress := out.stderr
			if quiet {
				progress = io.Discard
			}
			defer out.flush() // after the result: it may take its time
			ctx, stop := cancelOnSignal(command.Context())
			defer stop()
			watch := func(r aurea.Run) { printProgress(progress, r) }
			var run aurea.Run
			if remote.url != "" {
				run, err = remote.execute(ctx, spec, watch)
			} else {
				run, err = executeLocal(ctx, spec, host, &out, watch)
			}
			if err != nil {
				return origins.locate(err)
			}
			return writeRun(run, write, command.OutOrStdout())
		},
	}
	addSpecFlags(command.Flags())
	allowed.addFlags(command.Flags(), "the current one")
	remote.addFlags(command.Flags(), "")
	command.Flags().StringVarP(&output, "output", "o", "text", "form of the result: "+outputNames())
	command.Flags().BoolVarP(&quiet, "quiet", "q", false, "no lines of progress")
	command.Flags().StringVar(&out.url, "push", "", "URL of a Prometheus that takes remote writes, to push the metrics to")
	return command
}

// cancelOnSignal is a context that the first signal to end cancels; a second one
// ends the process. SIGHUP is one, as when an ssh session ends, unless it was
// ignored when the process began, as by nohup.
func cancelOnSignal(ctx context.Context) (context.Context, context.CancelFunc) {
	signals := []os.Signal{syscall.SIGINT, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		signals = append(signals, syscall.SIGHUP)
	}
	ctx, stop := signal.NotifyContext(ctx, signals...)
	context.AfterFunc(ctx, stop)
	return ctx, stop
}

// execute runs the spec at a server.
func (r serverFlags) execute(ctx context.Context, spec aurea.Spec, watch func(aurea.Run)) (aurea.Run, error) {
	client, err := r.client()
	if err != nil {
		return aurea.Run{}, err
	}
	defer client.Close()
	return client.Do(ctx, spec, watch)
}

// executeLocal runs the spec on this machine, as far as the host lets it.
func executeLocal(ctx context.Context, spec aurea.Spec, host workload.Host, push *pusher, watch func(aurea.Run)) (aurea.Run, error) {
	executor := engine.New(version, host)
	manager := runs.New(executor, runs.Options{
		Host: host, Ended: push.telemetry.Ended, Trace: push.telemetry.Trace, Traced: push.telemetry.Traced,
	})
	if err := push.start(manager.Stats, executor.Environment()); err != nil {
		return aurea.Run{}, err
	}
	if plan := aurea.NewPlan(spec, 0); host.Check(plan) == nil {
		if warning := connectionWarning(host, plan, platform.OpenFileLimit()); warning != "" {
			printError(push.stderr, "%s", warning)
		}
	}
	managerCtx, stopManager := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- manager.Run(managerCtx) }()
	run, err := manager.Do(ctx, spec, watch)
	stopManager()
	if ended := <-ended; err == nil {
		err = ended
	}
	return run, err
}

func printProgress(w io.Writer, run aurea.Run) {
	p := run.Progress
	line := fmt.Sprintf("%6.1fs  %d started  %d ok  %d failed  %d in flight", p.Elapsed, p.Started, p.OK, p.Failed, p.InFlight)
	if ended := p.Throughput > 0; ended || p.Activity == "" {
		line += fmt.Sprintf("  %s jobs/s  p50 %s  p99 %s", formatCount(p.Throughput), formatSampled(ended, p.P50), formatSampled(ended, p.P99))
	}
	if p.Activity != "" {
		line += "  " + p.Activity
	}
	fmt.Fprintln(w, line)
}

// writeRun prints the result and turns how the run went into the exit.
func writeRun(run aurea.Run, write func(*aurea.Result, io.Writer) error, stdout io.Writer) error {
	if run.Result == nil {
		if run.Status == aurea.StatusFailed {
			return fmt.Errorf("the run failed: %s", run.Error)
		}
		return exitError{exitInterrupted, "interrupted before the run began"}
	}
	if err := write(run.Result, stdout); err != nil {
		return fmt.Errorf("cannot write the result: %w", err)
	}
	result := run.Result
	switch {
	case run.Status != aurea.StatusCompleted:
		return exitError{exitInterrupted, "interrupted; the result is of the jobs that had ended"}
	case result.Verdict == aurea.VerdictFail:
		return exitError{exitThreshold, "a threshold failed"}
	case result.Verdict == aurea.VerdictNoData:
		return exitError{exitInvalid, "there is no data to judge the thresholds by"}
	case result.Validity.State == aurea.Invalid:
		return exitError{exitInvalid, "the measurement is invalid: " + result.Validity.Reasons[0].Message}
	}
	return nil
}
