package main

import (
	"context"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/aurea-orchestrator/aurea"
)

// reportOptions are the flags of aurea report.
type reportOptions struct {
	output outputFlag
	source sourceFlags
}

func newReportCommand() *cobra.Command {
	var o reportOptions
	command := &cobra.Command{
		Use:   "report FILE | ID",
		Short: "Write the result of a finished run in another form",
		Long: `Writes the result of a finished run in any form: of a file that aurea run -o json or
-o html has written, or of a run of the history, or with --server of a service. An ID may be
shortened; last is the newest finished run, and name:NAME the newest one of a name. A
file of that name takes precedence; - is standard input.

It exits with 0 when the report is written, whatever the verdict of the run.`,
		Example: `  aurea report last
  aurea report last -o html=report.html -o junit=junit.xml
  aurea report result.json -o markdown`,
		Args: cobra.ExactArgs(1),
		RunE: func(command *cobra.Command, args []string) error { return o.run(command, args[0]) },
	}
	command.ValidArgsFunction = completeRunsAndFiles(&o.source, finishedRun)
	o.output.addFlag(command.Flags(), "report", resultForms())
	o.source.addFlags(command.Flags())
	addVerboseFlag(command.Flags())
	return command
}

func (o *reportOptions) run(command *cobra.Command, reference string) error {
	outputs, err := o.output.outputs()
	if err != nil {
		return err
	}
	var run aurea.Run
	options := textOptions(command)
	switch _, missing := os.Stat(reference); {
	case missing == nil || reference == "-":
		run, err = readRun(command, reference)
	case !refersToRun(reference):
		err = usageErrorf("there is no file %q; a run is its id, %s or name:NAME", reference, lastRun)
	default:
		run, options.Previous, err = o.find(command.Context(), reference)
	}
	if err != nil {
		return err
	}
	return writeResult(run, outputs, options, command.OutOrStdout())
}

// readRun returns the run of a file with one result.
func readRun(command *cobra.Command, name string) (aurea.Run, error) {
	content, err := readFile(name, command.InOrStdin(), maxResultFile)
	if err != nil {
		return aurea.Run{}, usageErrorf("cannot read the result: %w", err)
	}
	if name == "-" {
		name = "standard input"
	}
	results, err := decodeResults(name, content)
	if err != nil {
		return aurea.Run{}, err
	}
	if len(results) > 1 {
		return aurea.Run{}, usageErrorf("%s holds %d results, and a report is of one; aurea compare reads several",
			name, len(results))
	}
	result := results[0]
	return aurea.Run{ID: result.ID, Name: result.Name, Status: result.Status, Result: result}, nil
}

// maxResultFile limits the bytes of a file with a result and its jobs.
const maxResultFile = 4 << 30

// find returns a finished run of the history or of a server, and the result of the
// run of the same name before it.
func (o *reportOptions) find(ctx context.Context, reference string) (aurea.Run, *aurea.Result, error) {
	service, done, err := o.source.open(ctx)
	if err != nil {
		return aurea.Run{}, nil, err
	}
	defer done()
	id, err := findRun(ctx, service, reference, finishedRun)
	if err != nil {
		return aurea.Run{}, nil, err
	}
	run, err := service.Get(ctx, id)
	if err != nil {
		return aurea.Run{}, nil, err
	}
	if run.Result == nil {
		return aurea.Run{}, nil,
			fmt.Errorf("%w: run %s is %s and has no result to report", aurea.ErrConflict, id, run.Status)
	}
	return withSamples(ctx, service, run), previousOf(ctx, service, run), nil
}
