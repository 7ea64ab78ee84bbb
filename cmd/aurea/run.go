package main

import (
	"context"
	"fmt"
	"io"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/engine"
	"github.com/aurea-orchestrator/aurea/internal/runs"
	"github.com/aurea-orchestrator/aurea/internal/workload"
)

// writers are the forms of output, by the name that -o takes.
var writers = map[string]func(*aurea.Result, io.Writer) error{
	"text": writeText,
	"json": (*aurea.Result).WriteJSON,
}

func newRunCommand() *cobra.Command {
	var output string
	var quiet bool
	var remote remote
	command := &cobra.Command{
		Use:   "run [SPEC.yaml]",
		Short: "Run one benchmark, on this machine or at a server",
		Long: `Runs one benchmark on this machine, or, with --server, at a service, which also
keeps it, and prints its result. The spec is a YAML or JSON file (- is standard
input), flags, or both; flags override the file.

Exit codes: 0 done, and every threshold passed; 2 wrong usage or spec; 3 a
threshold failed; 4 the measurement is invalid or had no data; 130 interrupted,
with the partial result printed; 1 anything else.`,
		Example: `  aurea run --jobs 100 --job-duration 50ms
  aurea run --jobs 1000000 --workload noop --concurrency 2
  aurea run --duration 10s --concurrency 50 --job-duration 20ms --threshold "p99 < 30ms"
  aurea run spec.yaml -o json
  aurea run spec.yaml --server http://127.0.0.1:5000`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(command *cobra.Command, args []string) error {
			write, ok := writers[output]
			if !ok {
				return usageErrorf("-o must be text or json; got %q", output)
			}
			spec, err := readSpec(command, args)
			if err != nil {
				return err
			}
			progress := command.ErrOrStderr()
			if quiet {
				progress = io.Discard
			}
			run, err := execute(command.Context(), spec, remote, progress)
			if err != nil {
				return err
			}
			return report(run, write, command.OutOrStdout())
		},
	}
	addSpecFlags(command.Flags())
	remote.addFlags(command.Flags(), "")
	command.Flags().StringVarP(&output, "output", "o", "text", "form of the result: text or json")
	command.Flags().BoolVarP(&quiet, "quiet", "q", false, "no lines of progress")
	return command
}

// execute runs the spec, on this machine or at a server. The first interrupt
// stops the run, a second one the process.
func execute(ctx context.Context, spec aurea.Spec, remote remote, progress io.Writer) (aurea.Run, error) {
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)
	watch := func(r aurea.Run) { printProgress(progress, r) }
	if remote.url == "" {
		return executeHere(ctx, spec, watch)
	}
	client, err := remote.client()
	if err != nil {
		return aurea.Run{}, err
	}
	defer client.Close()
	return client.Do(ctx, spec, watch)
}

func executeHere(ctx context.Context, spec aurea.Spec, watch func(aurea.Run)) (aurea.Run, error) {
	host := workload.Host{}
	manager := runs.New(engine.New(version, host), runs.Options{Host: host})
	managing, done := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- manager.Run(managing) }()
	run, err := manager.Do(ctx, spec, watch)
	done()
	if ended := <-ended; err == nil {
		err = ended
	}
	return run, err
}

func printProgress(w io.Writer, run aurea.Run) {
	p := run.Progress
	fmt.Fprintf(w, "%6.1fs  %d started  %d ok  %d failed  %d in flight  %s jobs/s  p50 %s  p99 %s\n",
		p.Elapsed, p.Started, p.OK, p.Failed, p.InFlight, count(p.Throughput), duration(p.P50), duration(p.P99))
}

// report prints the result and turns how the run went into the exit.
func report(run aurea.Run, write func(*aurea.Result, io.Writer) error, stdout io.Writer) error {
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
