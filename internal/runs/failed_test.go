package runs

import (
	"context"
	"errors"
	"testing"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/workload"
)

// A losingExecutor measures a part of every plan and then fails.
type losingExecutor struct{ resolver }

func (losingExecutor) Execute(
	_ context.Context, plan aurea.Plan, _ *workload.Resolved, _ <-chan aurea.Command, _ func(aurea.Progress),
) (aurea.Measurement, error) {
	tally := aurea.NewTally()
	tally.Planned, tally.OK, tally.Lost = plan.Jobs, plan.Jobs-2, 2
	return aurea.Measurement{Tally: tally, Stopped: true}, errors.New("a worker is lost")
}

// A run that failed under way keeps what was measured.
func TestFailedRunKeepsItsResult(t *testing.T) {
	m := New(losingExecutor{}, Options{Store: newMemoryStore(), Owner: "test"})
	ctx, drain := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- m.Run(ctx) }()
	run, err := m.Do(t.Context(), decode(t, `{"num_jobs": 5}`), nil)
	if err != nil {
		t.Fatal(err)
	}
	if run.Status != aurea.StatusFailed {
		t.Errorf("the run is %s, want failed", run.Status)
	}
	if run.Error != "a worker is lost" {
		t.Errorf("its error is %q", run.Error)
	}
	want := aurea.Counts{Planned: 5, OK: 3, Lost: 2}
	if run.Result == nil || run.Result.Counts != want {
		t.Fatalf("its result is %+v, want the counts %+v", run.Result, want)
	}
	if run.Result.Status != aurea.StatusFailed {
		t.Errorf("its result is %s, want failed", run.Result.Status)
	}
	if run.Result.Validity.State != aurea.Invalid {
		t.Errorf("its result is %s, want invalid", run.Result.Validity.State)
	}
	drain()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
