package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/format"
	"github.com/aurea-orchestrator/aurea/internal/live"
	"github.com/aurea-orchestrator/aurea/internal/report"
	"github.com/aurea-orchestrator/aurea/internal/search"
)

// searchOptions are the flags of aurea search that are not fields of the spec.
type searchOptions struct {
	runOptions
}

func newSearchCommand() *cobra.Command {
	var o searchOptions
	command := &cobra.Command{
		Use:   "search [SPEC.yaml | URL] --objective EXPR --rate LO..HI",
		Short: "Find the highest load that holds",
		Long: `Finds the highest rate, or with --concurrency LO..HI the most jobs in flight, at
which every objective holds. It runs the spec at one load after the other: it
doubles the load from the lowest one until an objective fails, halves the gap
until it is within the precision, and runs both ends again to confirm them, best
of three. The thresholds of the spec are objectives too. A run takes the
duration of the spec, 10s by default, and ends early if it misses an objective
threefold.

The runs happen on this machine, or with --server at a service. They are kept as
those of aurea run are; all have the label search=ID.

Exit codes: 0 done; 3 not even the lowest load holds; 5 the time was over before
the limit was confirmed; 2 wrong usage or spec; 130 interrupted, with what was
found printed; 1 anything else.`,
		Example: `  aurea search http://localhost:8080/ --rate 100..100000 \
    --objective "p99 < 250ms" --objective "error_rate < 0.1%"
  aurea search spec.yaml --objective "p99 < 1s" -c 1..512 --duration 30s
  aurea search spec.yaml --objective "p99 < 1s" -r 10..5000 --precision 1%`,
		Args: cobra.MaximumNArgs(1),
		RunE: o.run,

		ValidArgsFunction: completeSpec,
	}
	flags := command.Flags()
	addSpecFlags(flags)
	flags.Lookup("rate").Usage = "`LO..HI` rates to search, such as 100..100000"
	flags.Lookup("concurrency").Usage = "`LO..HI` jobs in flight to search, such as 1..512; or a limit beside --rate"
	flags.StringArray("objective", nil,
		`what a run must satisfy for its load to hold, such as "p99 < 250ms"; repeatable`)
	flags.String("precision", "",
		"the greatest difference between the load that holds and the next one that fails (3%)")
	flags.String("max-time", "", "how long the search may take (10m)")
	flags.String("cooldown", "", "how long to wait between two runs (1s)")
	o.policy.addFlags(flags, "the current one")
	o.server.addFlags(flags, "")
	o.keeper.addFlags(flags)
	addOutputFlag(command)
	flags.BoolVarP(&o.quiet, "quiet", "q", false, "print no progress")
	return command
}

// run executes the command. It returns an exitError unless the limit was found.
func (o *searchOptions) run(command *cobra.Command, args []string) error {
	asJSON := wantsJSON(command)
	request, document, err := readSearch(command, args)
	if err != nil {
		return err
	}
	if err := o.check(command, request, document); err != nil {
		return err
	}
	if err := o.push.prepare(command.ErrOrStderr()); err != nil {
		return err
	}
	o.keeper.prepare(o.push.stderr)
	runner, release, err := o.runner(document)
	if err != nil {
		return err
	}
	defer release()
	ctx, stop := cancelOnSignal(command.Context())
	defer stop()
	s := aurea.Search{ID: search.NewID(), Request: request, CreatedAt: time.Now().UTC().Truncate(time.Microsecond),
		Points: []aurea.SearchPoint{}}
	progress := o.unlessQuiet(o.push.stderr)
	s = search.Run(ctx, s, runner, func(s aurea.Search) { printPoint(progress, s) })
	if err := writeSearch(s, asJSON, textOptions(command), command.OutOrStdout()); err != nil {
		return fmt.Errorf("cannot write the search: %w", err)
	}
	return searchExitError(s)
}

// check refuses a search whose first run would be refused.
func (o *searchOptions) check(command *cobra.Command, request aurea.SearchRequest, document *specDocument) error {
	loads, _ := request.Range()
	check := specCheckOptions{policy: o.policy, server: o.server}
	_, err := check.forecast(command.Context(), request.At(loads.From, 0), document.directory())
	return document.locateSearch(command, request.Locate(err))
}

// runner returns what executes the runs: the server, or this machine.
func (o *searchOptions) runner(document *specDocument) (run search.Runner, release func(), err error) {
	if o.server.url != "" {
		service, err := o.server.client()
		if err != nil {
			return nil, nil, err
		}
		return func(ctx context.Context, spec aurea.Spec) (aurea.Run, error) { return service.Do(ctx, spec, nil) },
			service.Close, nil
	}
	allowed, err := o.policy.localOptions(document.directory())
	if err != nil {
		return nil, nil, err
	}
	execute := o.oneOfSeveral(func(ctx context.Context, spec aurea.Spec) (aurea.Run, error) {
		view := live.Open(live.Options{Out: io.Discard})
		defer view.Close()
		run, err := executeLocal(ctx, spec, allowed, &o.push, &o.keeper, view)
		return run, document.locate(err)
	})
	return search.Runner(execute), func() {}, nil
}

// printPoint prints the newest point of a search.
func printPoint(w io.Writer, s aurea.Search) {
	p := s.Points[len(s.Points)-1]
	holds := "holds"
	if !p.OK {
		holds = "fails: " + p.Reason
	}
	fmt.Fprintf(w, "run %d: %s: p99 %s, %s\n", len(s.Points), report.Load(s.Request, p.Load()),
		format.Duration(format.Round(p.P99, 3)), format.Sanitize(holds))
}

func writeSearch(s aurea.Search, asJSON bool, o report.Options, w io.Writer) error {
	if asJSON {
		return format.WriteJSON(w, s)
	}
	return report.WriteSearch(s, o, w)
}

// searchExitError returns the exitError of a search; nil if its limit was found.
func searchExitError(s aurea.Search) error {
	switch {
	case s.Status == aurea.StatusFailed:
		return fmt.Errorf("the search failed: %s", s.Error)
	case s.Status != aurea.StatusCompleted:
		return exitError{exitInterrupted, "interrupted; the search is of the runs that had ended"}
	case s.Outcome == aurea.NoneHolds:
		return exitError{exitThreshold, "not even the lowest load holds"}
	case s.Outcome == aurea.OutOfTime:
		return exitError{exitEvidence, "the time was over before the limit was confirmed; --max-time allows more"}
	}
	return nil
}
