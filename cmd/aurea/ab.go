package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/compare"
	"github.com/aurea-orchestrator/aurea/internal/format"
	"github.com/aurea-orchestrator/aurea/internal/report"
	"github.com/aurea-orchestrator/aurea/internal/trials"
)

// maxPairs is the largest number of runs of each side.
const maxPairs = 100

// abOptions are the flags of aurea ab.
type abOptions struct {
	runOptions
	sides    sideFlags
	verdict  verdictFlags
	pairs    int
	cooldown time.Duration
}

func newABCommand() *cobra.Command {
	o := abOptions{sides: newSideFlags()}
	command := &cobra.Command{
		Use:   "ab A [B]",
		Short: "Run two specs in turns, and tell their difference from chance",
		Long: `Runs two specs in turns and compares them, as aurea compare does: A is the base, B
the head. The runs are made in pairs, each in random order, so that other load on the
machine affects both. A and B are files or URLs. With only A, the sides are two values
of --set or two commands of --start.

It stops when the evidence is clear: after a regression, or once every metric has a
verdict. Looking after every pair makes no false alarm more likely: p-values and
intervals allow for it. With too little evidence after -n pairs it says about how many
more it would take.

--start gives a command of sh that starts the system under test. It is started before
each run of its side, and killed with its process group after it. The run begins when
the system accepts connections at the target of the spec, or at --ready.

Exit codes: 0 no regression; 3 a regression: a metric is worse by the threshold or
more, or a --fail-on; 5 too little evidence to say; 2 wrong usage or spec; 130
interrupted, with the comparison so far printed; 1 anything else.`,
		Example: `  aurea ab old.yaml new.yaml -n 10
  aurea ab http://localhost:8001/ http://localhost:8002/ -c 20 --jobs 5000
  aurea ab spec.yaml --set concurrency=10 --set concurrency=20
  aurea ab spec.yaml --set-b workload.version=2 --fail-on "p99 > +5%"
  aurea ab http://localhost:8080/ --start ./old --start ./new -o json`,
		Args: cobra.RangeArgs(1, 2),
		RunE: o.run,

		ValidArgsFunction: completeSpec,
	}
	flags := command.Flags()
	flags.IntVarP(&o.pairs, "runs", "n", 10, "runs of each side, at most")
	flags.DurationVar(&o.cooldown, "cooldown", 0, "wait between two runs, such as 2s")
	o.verdict.addFlags(flags)
	o.sides.addFlags(flags)
	o.policy.addFlags(flags, "the current one")
	o.server.addFlags(flags, "")
	o.keeper.addFlags(flags)
	o.output.addFlag(flags, "comparison", comparisonForms())
	flags.BoolVarP(&o.quiet, "quiet", "q", false, "print no progress")
	return command
}

// run executes the command. It returns an exitError unless there is no
// regression.
func (o *abOptions) run(command *cobra.Command, args []string) error {
	outputs, err := o.output.outputs()
	if err != nil {
		return err
	}
	if o.pairs < 1 || o.pairs > maxPairs {
		return usageErrorf("-n must be from 1 to %d runs of each side; got %d", maxPairs, o.pairs)
	}
	if o.cooldown < 0 {
		return usageErrorf("--cooldown must be 0s or longer; got %s", o.cooldown)
	}
	threshold, conditions, err := o.verdict.parse()
	if err != nil {
		return err
	}
	if err := o.push.prepare(command.ErrOrStderr()); err != nil {
		return err
	}
	sides, names, err := o.readSides(command, args)
	if err != nil {
		return err
	}
	allowed, err := o.policy.localOptions(directoryOf(args[0]))
	if err != nil {
		return err
	}
	o.keeper.prepare(o.push.stderr)
	ctx, stop := cancelOnSignal(command.Context())
	defer stop()
	versus := trials.Versus{
		Sides: sides, Pairs: o.pairs, Cooldown: o.cooldown, Threshold: threshold, FailOn: conditions,
		Seed: rand.Uint64() >> 11,
		Execute: o.oneOfSeveral(func(ctx context.Context, spec aurea.Spec) (aurea.Run, error) {
			return o.execute(ctx, command, spec, allowed, stop)
		}),
	}
	if seed := sides[0].Spec.Seed; seed != nil {
		versus.Seed = *seed
	}
	o.watch(&versus, names)
	outcome, err := versus.Run(ctx)
	if len(outcome.BaseResults)+len(outcome.HeadResults) == 0 {
		return interruptedError(ctx, err)
	}
	if written := writeOutcome(outcome, names, outputs, command); written != nil {
		return fmt.Errorf("cannot write the comparison: %w", written)
	}
	if err != nil {
		return interruptedError(ctx, err)
	}
	return outcomeExitError(outcome)
}

// watch prints what is done, as lines.
func (o *abOptions) watch(versus *trials.Versus, names [2]string) {
	w := o.unlessQuiet(o.push.stderr)
	fmt.Fprintf(w, "A: %s\nB: %s\nup to %d runs of each in random order, seed %d\n",
		format.Sanitize(names[0]), format.Sanitize(names[1]), o.pairs, versus.Seed)
	versus.Ended = func(pair, side int, run aurea.Run) {
		printTrial(w, fmt.Sprintf("%d of %d, %c", pair, o.pairs, 'A'+side), run.Result)
	}
	versus.Compared = func(pairs int, c compare.Comparison) {
		if pairs >= compare.FewestRuns {
			fmt.Fprintf(w, "after %d of each: %s\n", pairs, strings.ReplaceAll(string(c.Verdict), "_", " "))
		}
	}
}

func writeOutcome(outcome trials.Outcome, names [2]string, outputs []output, command *cobra.Command) error {
	compared := report.Compared{
		Comparison: outcome.Comparison, BaseName: names[0], HeadName: names[1], Data: outcome,
		Facts: [][2]string{
			{"order", strings.Join(outcome.Order, " ")},
			{"seed", strconv.FormatUint(outcome.Seed, 10)},
		},
	}
	if outcome.Stopped {
		compared.Facts = append(compared.Facts, [2]string{"stopped",
			fmt.Sprintf("after %d of %d, as the evidence is clear", len(outcome.Order), outcome.Planned)})
	}
	options := textOptions(command)
	return writeOutputs(outputs, command.OutOrStdout(), func(to output, w io.Writer) error {
		return report.ComparisonWriters[to.form](compared, to.options(options), w)
	})
}

// outcomeExitError is comparisonExitError, and says how many runs it takes.
func outcomeExitError(outcome trials.Outcome) error {
	if outcome.Verdict != compare.TooLittleEvidence || len(outcome.Conditions) > 0 ||
		min(outcome.Base.Runs, outcome.Head.Runs) < compare.FewestRuns {
		return comparisonExitError(outcome.Comparison)
	}
	enough := min(outcome.Base.Runs, outcome.Head.Runs) + outcome.MoreRuns
	advice := fmt.Sprintf("such as -n %d; or a larger --threshold asks for less", enough)
	if enough > maxPairs {
		advice = fmt.Sprintf("and -n is %d at most; longer runs differ less, and a larger --threshold asks for less",
			maxPairs)
	}
	return exitError{exitEvidence,
		fmt.Sprintf("too little evidence to say: about %d runs of each would tell, %s", enough, advice)}
}

// addSideSpecFlags adds the flags of a spec to a command that has some names for
// itself.
func addSideSpecFlags(flags, spec *pflag.FlagSet) {
	spec.VisitAll(func(flag *pflag.Flag) {
		if flags.Lookup(flag.Name) != nil || flag.Name == "set" {
			return
		}
		if flag.Shorthand != "" && flags.ShorthandLookup(flag.Shorthand) != nil {
			flag.Shorthand = ""
		}
		flags.AddFlag(flag)
	})
}
