package server

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/api"
)

// GET /v1/workers lists the workers of the cluster.
func TestWorkers(t *testing.T) {
	seen := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	known := []aurea.Worker{
		{ID: "a1", Name: "one", State: aurea.WorkerRunning, Labels: map[string]string{"zone": "a"}, Version: "1.2.3",
			Arch: "amd64", Cores: 2, CPU: "Xeon <4>", Host: "host-1", Offset: -0.5, Bound: 0.0001, Run: "benchmark-1",
			LastSeen: seen},
		{ID: "b2", Name: "two", State: aurea.WorkerRefused, Reason: "version 1.2.2", LastSeen: seen},
	}
	s := New(newOptions(finishingFake(), func(o *Options) {
		o.Workers = func() []aurea.Worker { return known }
	}))
	var list api.WorkersBody
	ask(t, s, http.MethodGet, "/v1/workers", "").into(t, &list)
	want := append([]aurea.Worker{}, known...)
	want[1].Labels = map[string]string{} // an object, so that a program need not expect null
	if diff := cmp.Diff(want, list.Workers); diff != "" {
		t.Errorf("workers (-want +got):\n%s", diff)
	}
	if !list.Broker {
		t.Error("there is no broker, though there is a cluster")
	}
	if known[1].Labels != nil {
		t.Error("the cluster's worker was changed")
	}
}

// Without a worker the list is empty. It says whether one could join.
func TestNoWorkers(t *testing.T) {
	for want, workers := range map[string]func() []aurea.Worker{
		`{"broker":false,"workers":[]}`: nil,
		`{"broker":true,"workers":[]}`:  func() []aurea.Worker { return nil },
	} {
		s := New(newOptions(finishingFake(), func(o *Options) { o.Workers = workers }))
		if got := ask(t, s, http.MethodGet, "/v1/workers", ""); string(got.body) != want+"\n" {
			t.Errorf("the list is %s, want %s", got.body, want)
		}
	}
}

// The description lists the states of a worker.
func TestWorkerSchema(t *testing.T) {
	state := describe(t).schema("Worker")["properties"].(map[string]any)["state"].(map[string]any)
	var want []any
	for _, s := range aurea.WorkerStates() {
		want = append(want, string(s))
	}
	if diff := cmp.Diff(want, state["enum"]); diff != "" {
		t.Errorf("states (-want +got):\n%s", diff)
	}
}
