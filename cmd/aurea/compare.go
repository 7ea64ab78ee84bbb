package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/spf13/cobra"

	"github.com/aurea-orchestrator/aurea/compare"
	"github.com/aurea-orchestrator/aurea/internal/report"
)

// comparisonForms returns the forms of a comparison, sorted.
func comparisonForms() []string { return slices.Sorted(maps.Keys(report.ComparisonWriters)) }

func newCompareCommand() *cobra.Command {
	var o compareOptions
	command := &cobra.Command{
		Use:   "compare BASE HEAD",
		Short: "Compare runs, and tell differences from chance",
		Long: `Compares the runs of HEAD with those of BASE. Each side is a comma-separated list of:
files of results (the output of aurea run -o json, several appended to each other),
directories of such files, and runs of the history, or with --server of a service.
Runs are given as ids, as name:NAME for the completed runs of a name, or as
label:KEY=VALUE for those with a label; last is the newest run. BASE may also be
baseline: the runs that are the baseline of HEAD's name.

One run of each proves nothing, since two runs differ by chance alone. It takes 4 of
each to find any difference, and 10 to find a small one. Alternate between them, so
that other load on the machine affects both:

  for i in 1 2 3 4 5 6 7 8 9 10; do
    aurea run old.yaml -o json >>base.json
    aurea run new.yaml -o json >>head.json
  done
  aurea compare base.json head.json

aurea ab does all this, and stops early.

--fail-on says which differences fail instead: only those that are larger than that
and more than chance, such as --fail-on "p99 > +5%", or of one scenario
"scenarios.login.p99 > +5%".

Exit codes: 0 no regression; 3 a regression: a metric is worse by the threshold or
more, or a --fail-on; 5 too little evidence to say; 2 wrong usage, or a file without
results; 1 anything else.`,
		Example: `  aurea compare base.json head.json
  aurea compare results/old results/new --threshold 2% -o markdown
  aurea compare base.json head.json --fail-on "p99 > +5%"
  aurea compare baseline last
  aurea compare release.json last
  aurea compare name:old name:new --server http://127.0.0.1:5000`,
		Args: cobra.ExactArgs(2),
		RunE: func(command *cobra.Command, args []string) error {
			return o.compare(command, args[0], args[1])
		},
	}
	o.verdict.addFlags(command.Flags())
	o.output.addFlag(command.Flags(), "comparison", comparisonForms())
	o.source.addFlags(command.Flags())
	command.ValidArgsFunction = completeSides(&o.source)
	return command
}

// compareOptions are the flags of aurea compare.
type compareOptions struct {
	output  outputFlag
	verdict verdictFlags
	source  sourceFlags
}

// compare compares two sides and writes the comparison. It returns an exitError
// unless there is no regression.
func (o *compareOptions) compare(command *cobra.Command, base, head string) error {
	outputs, err := o.output.outputs()
	if err != nil {
		return err
	}
	threshold, conditions, err := o.verdict.parse()
	if err != nil {
		return err
	}
	c, err := o.source.compare(command.Context(), base, head, compare.Options{Threshold: threshold})
	if err != nil {
		return err
	}
	c.Check(conditions)
	compared, options := report.Compared{Comparison: c, BaseName: base, HeadName: head}, textOptions(command)
	err = writeOutputs(outputs, command.OutOrStdout(), func(to output, w io.Writer) error {
		return report.ComparisonWriters[to.form](compared, to.options(options), w)
	})
	if err != nil {
		return fmt.Errorf("cannot write the comparison: %w", err)
	}
	return comparisonExitError(c)
}

// compare compares two sides: files on this machine, stored runs, or both.
func (f *sourceFlags) compare(
	ctx context.Context, base, head string, options compare.Options,
) (compare.Comparison, error) {
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
	service, done, err := f.open(ctx)
	if err != nil {
		return compare.Comparison{}, err
	}
	defer done()
	if len(baseSide.results)+len(headSide.results) > 0 {
		return compareMixed(ctx, service, baseSide, headSide, options)
	}
	for _, side := range []side{baseSide, headSide} {
		if err := side.findRuns(ctx, service); err != nil {
			return compare.Comparison{}, err
		}
	}
	return service.Compare(ctx, baseSide.ids, headSide.ids, options)
}
