package runs

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
)

// A threshold that aborts stops the run at the end of the interval in which it
// fails. The fake fails the third job and lets the fourth time out.
func TestThresholdEndsARun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := serve(t, Options{})
		began := time.Now()
		call := s.do(`{"num_jobs": 100, "thresholds": ["error_rate < 50% abort"]}`, nil)
		run := call.end(t)
		wantStatus(t, run, aurea.StatusCompleted, began, 0, 4)
		want := &aurea.Abort{Expression: "error_rate < 50%", Value: 0.5, T: 4}
		if diff := cmp.Diff(want, run.Result.Aborted); diff != "" {
			t.Errorf("aborted (-want +got):\n%s", diff)
		}
		counts := aurea.Counts{Planned: 100, OK: 2, Failed: 1, Timeout: 1, Cancelled: 96}
		if diff := cmp.Diff(counts, run.Result.Counts); diff != "" {
			t.Errorf("counts (-want +got):\n%s", diff)
		}
		if run.Result.Verdict != aurea.VerdictFail {
			t.Errorf("the verdict is %s", run.Result.Verdict)
		}
	})
}

// A run that its user cancels before its threshold fails is cancelled.
func TestCancelBeforeAnAbort(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := serve(t, Options{})
		call := s.do(`{"num_jobs": 100, "thresholds": ["error_rate < 50% abort"]}`, nil)
		time.Sleep(3500 * time.Millisecond)
		call.leave()
		run := call.end(t)
		if run.Status != aurea.StatusCancelled {
			t.Errorf("the run is %s", run.Status)
		}
		if run.Result.Aborted != nil {
			t.Errorf("it was aborted: %+v", run.Result.Aborted)
		}
	})
}
