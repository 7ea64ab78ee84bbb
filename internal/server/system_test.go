package server

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/budget"
	"github.com/aurea-orchestrator/aurea/internal/runs"
)

// System counts what runs, what waits and what is kept.
func testSystem(t *testing.T, r Runs) {
	system := func() aurea.System {
		t.Helper()
		system, err := r.System(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return system
	}
	before := system()
	if diff := cmp.Diff(aurea.SystemQueue{Limit: 4}, before.Queue); diff != "" {
		t.Errorf("the queue at first (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(aurea.SystemStore{}, before.Store); diff != "" {
		t.Errorf("the store at first (-want +got):\n%s", diff)
	}
	if age := time.Since(before.Since); age < 0 || age > time.Hour {
		t.Errorf("the service started at %s", before.Since)
	}
	submit(t, r, endless)
	submit(t, r, endless)
	until(t, "one to run", func() bool { return system().Queue.Running == 1 })
	after := system()
	if diff := cmp.Diff(aurea.SystemQueue{Running: 1, Waiting: 1, Limit: 4}, after.Queue); diff != "" {
		t.Errorf("the queue (-want +got):\n%s", diff)
	}
	if after.Store.Runs != 2 || after.Store.Bytes <= 0 {
		t.Errorf("two runs are kept as %d in %d bytes", after.Store.Runs, after.Store.Bytes)
	}
}

// A systemFake has a system.
type systemFake struct {
	fake
	system aurea.System
}

func (s systemFake) System(context.Context) (aurea.System, error) { return s.system, nil }

// The service adds its limits and its machine, and has no secrets.
func TestSystem(t *testing.T) {
	known := aurea.System{
		Since:     time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC),
		Store:     aurea.SystemStore{Runs: 7, Bytes: 7000},
		Retention: aurea.SystemRetention{Age: 3600, Runs: 9, Bytes: 1 << 30},
	}
	memory := budget.New(1 << 20)
	if err := memory.Reserve(1000, "a test"); err != nil {
		t.Fatal(err)
	}
	s := New(newOptions(systemFake{finishingFake(), known}, func(o *Options) {
		o.Machine = aurea.Environment{CPU: "Xeon <4>", Cores: 4}
		o.Clients = 77
		o.Budget = memory
		o.Tokens = []Token{{Secret: "confidential"}}
	}))
	response := ask(t, s, "GET", "/v1/system", "", "Authorization: Bearer confidential")
	var got aurea.System
	response.into(t, &got)
	want := known
	want.Limits = aurea.SystemLimits{Jobs: 10_000_000, Body: 1 << 20, Page: 200, Connections: 77}
	want.Memory = aurea.SystemMemory{Held: 1000, Limit: 1 << 20}
	want.Machine = aurea.Environment{CPU: "Xeon <4>", Cores: 4}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the system (-want +got):\n%s", diff)
	}
	if strings.Contains(string(response.body), "confidential") {
		t.Error("the response has a token")
	}
	if without := ask(t, s, "GET", "/v1/system", ""); without.status != 401 {
		t.Errorf("without a token: %d, want 401", without.status)
	}
}

// A retention is in seconds.
func TestSystemRetention(t *testing.T) {
	t.Parallel()
	s := serve(t, runs.Options{Keep: aurea.Retention{Age: 90 * time.Minute, Runs: 5, Bytes: 1 << 20}})
	var got aurea.System
	s.call("GET", "/v1/system", nil).into(t, &got)
	if diff := cmp.Diff(aurea.SystemRetention{Age: 5400, Runs: 5, Bytes: 1 << 20}, got.Retention); diff != "" {
		t.Errorf("the retention (-want +got):\n%s", diff)
	}
}
