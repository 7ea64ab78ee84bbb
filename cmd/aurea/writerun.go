package main

import (
	"fmt"
	"io"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/format"
	"github.com/aurea-orchestrator/aurea/internal/report"
)

// writeResult writes the result of a run, which must have one. The options are
// those of standard output.
func writeResult(run aurea.Run, outputs []output, o report.Options, stdout io.Writer) error {
	err := writeOutputs(outputs, stdout, func(to output, w io.Writer) error {
		return report.Writers[to.form](run, to.options(o), w)
	})
	if err != nil {
		return fmt.Errorf("cannot write the result: %w", err)
	}
	return nil
}

// writeRun writes the result of a run. It returns an exitError unless the run
// completed and passed.
func writeRun(run aurea.Run, outputs []output, o report.Options, stdout io.Writer) error {
	if run.Result == nil {
		if run.Status == aurea.StatusFailed {
			return fmt.Errorf("the run failed: %s", run.Error)
		}
		return exitError{exitInterrupted, "interrupted before the run began"}
	}
	if err := writeResult(run, outputs, o, stdout); err != nil {
		return err
	}
	result := run.Result
	switch {
	case run.Status == aurea.StatusFailed:
		return fmt.Errorf("the run failed: %s; the result is of the jobs that had ended", run.Error)
	case run.Status != aurea.StatusCompleted:
		return exitError{exitInterrupted, "interrupted; the result is of the jobs that had ended"}
	case result.Aborted != nil:
		return exitError{exitThreshold, fmt.Sprintf("%s failed, which ended the run after %s",
			result.Aborted.Expression, format.Duration(result.Aborted.T))}
	case result.Verdict == aurea.VerdictFail:
		return exitError{exitThreshold, "a threshold failed"}
	case result.Verdict == aurea.VerdictNoData:
		return exitError{exitInvalid, "there is no data to judge the thresholds by"}
	case result.Validity.State == aurea.Invalid:
		return exitError{exitInvalid, "the measurement is invalid: " + result.Validity.Reasons[0].Message}
	}
	return nil
}
