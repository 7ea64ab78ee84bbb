package main

import (
	"strings"
	"testing"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/report"
)

// A failed run that has a result prints it, and exits as any failure.
func TestWriteRunOfFailedResult(t *testing.T) {
	var text strings.Builder
	run := aurea.Run{Status: aurea.StatusFailed, Error: "worker two fell silent",
		Result: &aurea.Result{Workers: &aurea.Workers{Count: 2, Lost: 1}}}
	err := writeRun(run, []output{{form: "text"}}, report.Options{}, &text)
	want := "the run failed: worker two fell silent; the result is of the jobs that had ended"
	if err == nil || err.Error() != want || exitCode(newRootCommand(), err, &strings.Builder{}) != exitFailure {
		t.Errorf("the error is %v", err)
	}
	checkContains(t, "the text", text.String(), "1 of them lost")
}
