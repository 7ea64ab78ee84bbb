package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/spf13/cobra"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/compare"
	"github.com/aurea-orchestrator/aurea/internal/format"
	"github.com/aurea-orchestrator/aurea/internal/report"
	"github.com/aurea-orchestrator/aurea/internal/trials"
)

// setForms returns the forms of a set of runs, sorted.
func setForms() []string { return slices.Sorted(maps.Keys(report.SetWriters)) }

// repeat executes the runs of a spec with a repeat, and writes the set.
func (o *runOptions) repeat(
	ctx context.Context, command *cobra.Command, spec aurea.Spec, outputs []output, execute trials.Execute,
) error {
	for _, to := range outputs {
		if !slices.Contains(setForms(), to.form) {
			return oneOfError("-o of a repeat", to.form, setForms())
		}
	}
	progress := o.unlessQuiet(o.push.stderr)
	set, err := trials.Repeat(ctx, spec, o.oneOfSeveral(execute), func(n int64, run aurea.Run) {
		printTrial(progress, fmt.Sprintf("run %d of %d", n, spec.Repeat.Times), run.Result)
	})
	if len(set.Results) == 0 {
		return interruptedError(ctx, err)
	}
	options := textOptions(command)
	written := writeOutputs(outputs, command.OutOrStdout(), func(to output, w io.Writer) error {
		return report.SetWriters[to.form](set, to.options(options), w)
	})
	switch {
	case written != nil:
		return fmt.Errorf("cannot write the set: %w", written)
	case err != nil:
		return interruptedError(ctx, err)
	}
	return setExitError(set)
}

// oneOfSeveral returns execute for one of several runs: what it pushes is sent,
// and it is in the history, before the next one begins.
func (o *runOptions) oneOfSeveral(execute trials.Execute) trials.Execute {
	o.several = true
	return func(ctx context.Context, spec aurea.Spec) (aurea.Run, error) {
		defer o.push.flush()
		defer o.keeper.wait()
		return execute(ctx, spec)
	}
}

// unlessQuiet returns a writer of notes for the user; with --quiet, one that
// discards them.
func (o *runOptions) unlessQuiet(w io.Writer) io.Writer {
	if o.quiet {
		return io.Discard
	}
	return w
}

// interruptedError returns the exitError of a command that was interrupted, and
// any other error as it is.
func interruptedError(ctx context.Context, err error) error {
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return exitError{exitInterrupted, "interrupted; the output is of the runs that had ended"}
	}
	return err
}

// printTrial prints one run of several as a line of fewer than 60 columns.
func printTrial(w io.Writer, name string, r *aurea.Result) {
	failed := ""
	if n := r.Counts.Failed + r.Counts.Timeout; n > 0 {
		failed = fmt.Sprintf(", %d failed", n)
	}
	fmt.Fprintf(w, "%s: %s/s  p50 %s  p99 %s  %d ok%s\n", format.Sanitize(name),
		format.Count(format.Round(r.Throughput, 3)), format.BriefSampled(r.Latency.Count > 0, r.Latency.P50),
		format.BriefSampled(r.Latency.Count > 0, r.Latency.P99), r.Counts.OK, failed)
}

// setExitError returns the exitError of the worst run of a set; nil if all have
// passed.
func setExitError(set compare.Set) error {
	failed, invalid := 0, 0
	for _, r := range set.Results {
		switch {
		case r.Aborted != nil || r.Verdict == aurea.VerdictFail:
			failed++
		case r.Verdict == aurea.VerdictNoData || r.Validity.State == aurea.Invalid:
			invalid++
		}
	}
	switch all := len(set.Results); {
	case failed > 0:
		return exitError{exitThreshold, fmt.Sprintf("a threshold failed in %d of %d runs", failed, all)}
	case invalid > 0:
		return exitError{exitInvalid, fmt.Sprintf("the measurement is invalid in %d of %d runs", invalid, all)}
	}
	return nil
}
