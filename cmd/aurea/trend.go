package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/aurea-orchestrator/aurea/compare"
	"github.com/aurea-orchestrator/aurea/internal/format"
	"github.com/aurea-orchestrator/aurea/internal/report"
)

// trendOptions are the flags of aurea trend.
type trendOptions struct {
	failWithin int
	labels     []string
	source     sourceFlags
}

func newTrendCommand() *cobra.Command {
	var o trendOptions
	command := &cobra.Command{
		Use:   "trend NAME | FILE | DIRECTORY",
		Short: "Find the runs with which the metrics of a name changed",
		Long: `Shows how throughput, p50, p99 and error rate of the completed runs of a name
went, and with which run they changed. The runs are the newest 200 of a name in
the history or at a service, or the results in a file or a directory (as aurea
compare reads them). It takes 10 runs to find any change.

With --fail-within N it is a gate: it fails if a metric became worse within the
last N runs. A change shows once 3 runs or more came after it, so N should be 5
or more.

Exit codes: 0 done; 3 a metric became worse within the last N runs; 5 too few
runs to find a change; 2 wrong usage; 1 anything else.`,
		Example: `  aurea trend search-api --server http://127.0.0.1:5000
  aurea trend search-api --label branch=main --fail-within 5
  aurea trend results/ -o json`,
		Args: cobra.ExactArgs(1),
		RunE: func(command *cobra.Command, args []string) error { return o.run(command, args[0]) },
	}
	flags := command.Flags()
	flags.IntVar(&o.failWithin, "fail-within", 0, "fail if a metric became worse within so many of the newest runs")
	flags.StringArrayVar(&o.labels, "label", nil, "only runs with this label, key=value; repeatable")
	o.source.addFlags(flags)
	addOutputFlag(command)
	command.ValidArgsFunction = completeNames(&o.source, cobra.ShellCompDirectiveDefault)
	completeFlag(command, "label", completeLabels(&o.source))
	return command
}

// run executes the command. It returns an exitError if there are too few runs, or
// if the gate is closed.
func (o *trendOptions) run(command *cobra.Command, name string) error {
	asJSON := wantsJSON(command)
	if o.failWithin < 0 {
		return usageErrorf("--fail-within must be at least 0; got %d", o.failWithin)
	}
	labels, err := parseLabels(o.labels)
	if err != nil {
		return err
	}
	trend, err := o.find(command.Context(), name, labels)
	if err != nil {
		return err
	}
	if err := writeTrend(trend, asJSON, textOptions(command), command.OutOrStdout()); err != nil {
		return fmt.Errorf("cannot write the trend: %w", err)
	}
	return o.exitError(trend)
}

func writeTrend(trend compare.Trend, asJSON bool, o report.Options, w io.Writer) error {
	if asJSON {
		return format.WriteJSON(w, trend)
	}
	return report.WriteTrend(trend, o, w)
}

// find returns the trend of the results in a file or directory, or of a name.
func (o *trendOptions) find(ctx context.Context, name string, labels map[string]string) (compare.Trend, error) {
	if _, err := os.Stat(name); err == nil {
		if labels != nil {
			return compare.Trend{}, usageErrorf("--label selects stored runs; %s is a file or a directory", name)
		}
		of, err := readSide(name)
		return compare.NewTrend(name, of.results), err
	}
	service, done, err := o.source.open(ctx)
	if err != nil {
		return compare.Trend{}, err
	}
	defer done()
	return service.Trend(ctx, name, labels)
}

// parseLabels parses the values of --label; nil without any.
func parseLabels(pairs []string) (labels map[string]string, err error) {
	for _, pair := range pairs {
		key, value, ok := strings.Cut(pair, "=")
		if !ok || key == "" {
			return nil, usageErrorf("--label must be key=value; got %q", pair)
		}
		if labels == nil {
			labels = map[string]string{}
		}
		labels[key] = value
	}
	return labels, nil
}

// exitError returns the exitError of a trend; nil for a trend that passes.
func (o *trendOptions) exitError(trend compare.Trend) error {
	if trend.TooFewRuns {
		return exitError{exitEvidence, fmt.Sprintf("too few runs to find a change: there are %d, and it takes %d",
			len(trend.Runs), compare.MinTrendRuns)}
	}
	if names := trend.WorseSince(o.failWithin); len(names) > 0 {
		return exitError{exitThreshold, fmt.Sprintf("became worse within the last %d runs: %s", o.failWithin,
			strings.Join(names, ", "))}
	}
	return nil
}
