package engine

import (
	"context"
	"encoding/json"
	"math"
	"testing"
	"testing/synctest"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/search"
)

// The search finds the highest rate at which an M/M/1 station with a mean
// service time of 10 ms has a p99 below 200 ms. The latency is exponential with
// the rate 100 − λ, so that is λ = 100 − ln(100) / 0.2.
func TestSearchFindsTheLimitOfAStation(t *testing.T) {
	skipIfShort(t)
	request, err := aurea.DecodeSearch([]byte(`{
		"spec": {"arrival": "poisson", "duration": "20m", "seed": 1,
			"workload": {"kind": "station", "service": "10ms", "distribution": "exponential"}},
		"objectives": ["p99 < 200ms", "error_rate < 0.1%"], "rate": "10..10000", "precision": "1%", "max_time": "24h"}`))
	if err != nil {
		t.Fatal(err)
	}
	limit := 100 - math.Log(100)/0.2
	synctest.Test(t, func(t *testing.T) {
		found := search.Run(t.Context(), aurea.Search{ID: "search-1", Request: request}, fakeRunner(t), nil)
		if found.Outcome != aurea.LimitFound {
			t.Fatalf("the search is %s, %q: %s", found.Status, found.Outcome, found.Error)
		}
		t.Logf("the limit is %v after %d runs, in theory %.2f", *found.Limit, len(found.Points), limit)
		if math.Abs(*found.Limit/limit-1) > 0.03 {
			t.Errorf("the limit is %v, want %.2f within 3 %%", *found.Limit, limit)
		}
	})
}

// fakeRunner returns a runner for a bubble of synctest.
func fakeRunner(t *testing.T) search.Runner {
	e := fake()
	return func(ctx context.Context, spec aurea.Spec) (aurea.Run, error) {
		encoded, err := json.Marshal(spec)
		if err != nil {
			return aurea.Run{}, err
		}
		run := execute(ctx, t, e, string(encoded))
		return aurea.Run{Status: run.Status, Result: run.Result}, nil
	}
}
