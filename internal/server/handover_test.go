package server

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/engine"
	"github.com/aurea-orchestrator/aurea/internal/runs"
	"github.com/aurea-orchestrator/aurea/internal/workload"
)

// A remoteExecutor is a runs.Resumer whose jobs run elsewhere for ever.
type remoteExecutor struct {
	*engine.Engine
	begun chan struct{} // receives a value for each execution
}

func (x remoteExecutor) Begin(
	ctx context.Context, _ aurea.Plan, _ *workload.Resolved, claim aurea.Claim,
	_ <-chan aurea.Command, _ func(aurea.Progress),
) (aurea.Measurement, error) {
	if err := claim.Note(ctx, []byte("elsewhere")); err != nil {
		return aurea.Measurement{}, err
	}
	x.begun <- struct{}{}
	select {
	case <-claim.HandOver:
		return aurea.Measurement{}, aurea.ErrHandedOver
	case <-ctx.Done():
	}
	select {
	case <-claim.HandOver: // first, if both came at once
		return aurea.Measurement{}, aurea.ErrHandedOver
	default:
		return aurea.Measurement{Tally: aurea.NewTally(), Stopped: true}, nil
	}
}

func (x remoteExecutor) Resume(
	ctx context.Context, plan aurea.Plan, claim aurea.Claim,
	controls <-chan aurea.Command, observe func(aurea.Progress),
) (aurea.Measurement, error) {
	return x.Begin(ctx, plan, nil, claim, controls, observe)
}

// A client whose run goes on elsewhere when the service ends gets its address, and
// nothing that asks it to run the spec again.
func TestHandedOverRunIsAnswered(t *testing.T) {
	x := remoteExecutor{engine.New("1.2.3", everyKind), make(chan struct{})}
	s := serveWith(t, x, runs.Options{})
	answers := s.occupy()
	<-x.begun
	s.drain()
	answer := <-answers
	if answer.status != 202 {
		t.Fatalf("status %d: %s; want 202", answer.status, answer.body)
	}
	var run aurea.Run
	if err := json.Unmarshal(answer.body, &run); err != nil {
		t.Fatal(err)
	}
	if run.Status != aurea.StatusRunning {
		t.Errorf("the run is %s, want running", run.Status)
	}
	if got, want := answer.header.Get("Location"), "/v1/runs/"+run.ID; got != want || run.ID == "" {
		t.Errorf("Location is %q, want %q", got, want)
	}
	if again := answer.header.Get("Retry-After"); again != "" {
		t.Errorf("Retry-After is %s, want none", again)
	}
	if len(run.Timeline) != 1 || run.Timeline[0].Kind != "handed_over" {
		t.Errorf("the timeline is %+v, want the hand-over", run.Timeline)
	}
}
