package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/aurea-orchestrator/aurea/compare"
)

// comparisonWriters are the forms of a comparison, by the name that -o takes.
var comparisonWriters = map[string]func(report, compare.Comparison, io.Writer) error{
	"text":     func(s report, _ compare.Comparison, w io.Writer) error { return s.writeText(w) },
	"markdown": func(s report, _ compare.Comparison, w io.Writer) error { return s.writeMarkdown(w) },
	"json":     func(_ report, c compare.Comparison, w io.Writer) error { return writeJSON(w, c) },
}

func newCompareCommand() *cobra.Command {
	var output, threshold string
	var remote serverFlags
	command := &cobra.Command{
		Use:   "compare BASE HEAD",
		Short: "Say how runs differ from others, and whether that is more than chance",
		Long: `Compares the runs of HEAD with those of BASE. Each of the two is a file of results
(what aurea run -o json prints, one after the other), a directory of such files, or
several of either, comma-separated. At a server, which keeps runs, each is the id of
a run, several of them, or name:NAME for the completed ones of a name; and BASE may
be baseline, for the run that is the baseline of HEAD's name.

One run of each tells nothing, since two runs differ by chance alone. It takes 4 of
each to tell any difference, and 10 to tell a small one. Run them in turns, so that
what else happens on the machine happens to both:

  for i in 1 2 3 4 5 6 7 8 9 10; do
    aurea run old.yaml -o json >>base.json
    aurea run new.yaml -o json >>head.json
  done
  aurea compare base.json head.json

Exit codes: 0 nothing that matters is worse; 3 a regression: a metric is worse, by
the threshold or more; 5 too little evidence to say; 2 wrong usage, or a file that
holds no results; 1 anything else.`,
		Example: `  aurea compare base.json head.json
  aurea compare results/old results/new --threshold 2% -o markdown
  aurea compare name:old name:new --server http://127.0.0.1:5000`,
		Args: cobra.ExactArgs(2),
		RunE: func(command *cobra.Command, args []string) error {
			write, ok := comparisonWriters[output]
			if !ok {
				return oneOfError("-o", output, slices.Sorted(maps.Keys(comparisonWriters)))
			}
			share, err := compare.ParseThreshold(threshold)
			if err != nil {
				return usageErrorf("--threshold %v", err)
			}
			c, err := remote.compare(command.Context(), args[0], args[1], compare.Options{Threshold: share})
			if err != nil {
				return err
			}
			if err := write(newComparisonReport(c, args[0], args[1]), c, command.OutOrStdout()); err != nil {
				return fmt.Errorf("cannot write the comparison: %w", err)
			}
			return comparisonExitError(c)
		},
	}
	command.Flags().StringVar(&threshold, "threshold", "5%", "the difference that matters, as a share or a percentage")
	command.Flags().StringVarP(&output, "output", "o", "text", "form of the comparison: text, markdown or json")
	remote.addFlags(command.Flags(), defaultServerURL)
	return command
}

// compare compares two sides, of files here, of runs at the server.
func (r serverFlags) compare(ctx context.Context, base, head string, options compare.Options) (compare.Comparison, error) {
	baseSide, err := readSide(base)
	if err != nil {
		return compare.Comparison{}, err
	}
	headSide, err := readSide(head)
	if err != nil {
		return compare.Comparison{}, err
	}
	if len(baseSide.ids)+len(headSide.ids) == 0 {
		return compare.Results(baseSide.results, headSide.results, options), nil
	}
	if len(baseSide.results)+len(headSide.results) > 0 {
		return compare.Comparison{}, usageErrorf("give files on both sides, or runs of a server on both; got %q and %q", base, head)
	}
	client, err := r.client()
	if err != nil {
		return compare.Comparison{}, err
	}
	defer client.Close()
	return client.Compare(ctx, baseSide.ids, headSide.ids, options)
}

// comparisonExitError turns the verdict into the exit.
func comparisonExitError(c compare.Comparison) error {
	var worse []string
	enough := false
	for _, m := range c.Metrics {
		enough = enough || !m.TooFewRuns
		if m.Verdict == compare.MetricWorse {
			worse = append(worse, m.Metric)
		}
	}
	switch {
	case c.Verdict == compare.Regression:
		return exitError{exitThreshold, "a regression: worse by evidence in " + strings.Join(worse, ", ")}
	case c.Verdict == compare.TooLittleEvidence && !enough:
		return exitError{exitEvidence, "too little evidence to say: it takes 4 runs of each to tell any difference from chance"}
	case c.Verdict == compare.TooLittleEvidence:
		return exitError{exitEvidence, "too little evidence to say: more runs of each would tell, or a larger --threshold asks for less"}
	}
	return nil
}
