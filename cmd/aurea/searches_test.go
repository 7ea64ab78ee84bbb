package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/client"
	"github.com/aurea-orchestrator/aurea/internal/aureatest"
)

// A search is kept when its server is killed: it is interrupted, with the runs
// that it had done. One that had ended is unchanged.
func TestSearchesSurviveAKill(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	url, process := aureatest.Serve(t, "--data", dir)
	service, err := client.New(url, "")
	if err != nil {
		t.Fatal(err)
	}
	start := func(concurrency, duration string) aurea.Search {
		t.Helper()
		request, err := aurea.DecodeSearch([]byte(`{"spec": {"name": "limit", "job_duration_ms": 1, "duration": "` +
			duration + `"}, "objectives": ["p99 < 10m"], "concurrency": "` + concurrency + `", "cooldown": "0s"}`))
		if err != nil {
			t.Fatal(err)
		}
		s, err := service.SubmitSearch(t.Context(), request)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	first := start("1..2", "100ms")
	if first, err = service.Search(t.Context(), first.ID, time.Minute); err != nil || first.Outcome != aurea.AllHold {
		t.Fatalf("the first search ended %s, %q (%v)", first.Status, first.Outcome, err)
	}
	second := start("1..1000", "2s")
	waitFor(t, func() bool {
		now, err := service.Search(t.Context(), second.ID, 0)
		if err != nil {
			t.Fatal(err)
		}
		second = now
		return len(second.Points) > 0
	})
	if err := process.Kill(); err != nil {
		t.Fatal(err)
	}
	_, _ = process.Wait() // it was killed
	service.Close()

	url, _ = aureatest.Serve(t, "--data", dir)
	if service, err = client.New(url, ""); err != nil {
		t.Fatal(err)
	}
	defer service.Close()
	waitReady(t, service)
	found, err := service.Searches(t.Context())
	if err != nil || len(found) != 2 {
		t.Fatalf("after the restart there are %d searches (%v), want 2", len(found), err)
	}
	if found[0].ID != second.ID || found[0].Status != aurea.StatusInterrupted {
		t.Errorf("the newest is %s, %s; want %s, interrupted", found[0].ID, found[0].Status, second.ID)
	}
	if n := len(second.Points); len(found[0].Points) < n || found[0].Points[n-1].Run != second.Points[n-1].Run {
		t.Errorf("it has the runs %+v, which lack some of %+v", found[0].Points, second.Points)
	}
	if found[1].ID != first.ID || found[1].Outcome != aurea.AllHold {
		t.Errorf("the other is %s, %q; want %s, all_hold", found[1].ID, found[1].Outcome, first.ID)
	}
	if found[0].Limit == nil {
		t.Fatal("no load of the newest held")
	}
	limit := fmt.Sprint(*found[0].Limit, " in flight")
	table := strings.Join(strings.Fields(runCommandAt(t, url, "searches")), " ")
	checkContains(t, "the table", table, "search status limit name created runs "+second.ID+" interrupted "+limit+" limit",
		first.ID+" completed 2 in flight limit")
	checkContains(t, "the newest", runCommandAt(t, url, "searches", "last"), "search="+second.ID, limit, "holds")
	other := runCommandAt(t, url, "searches", first.ID, "-o", "json")
	checkContains(t, "the other as JSON", other, `"outcome": "all_hold"`)
}

// A service without searches, and one without that search, say so.
func TestSearchesOfNone(t *testing.T) {
	url, _ := aureatest.Serve(t)
	if got := runCommandAt(t, url, "searches"); got != "search  status  limit  name  created  runs\n" {
		t.Errorf("the table is %q", got)
	}
	_, completions, _ := runCommand(t, "", "__complete", "searches", "")
	checkContains(t, "the completions", completions, "last\tthe newest one\n", ":4\n") // and no files
	for id, want := range map[string]string{
		"last": "there is no search yet", "search-1": "there is no search search-1",
	} {
		code, _, stderr := runCommand(t, "", "searches", id, "--server", url)
		checkExit(t, id, code, exitFailure, stderr)
		checkContains(t, id, stderr, want)
	}
}
