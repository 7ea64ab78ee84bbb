package main

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/aureatest"
	"github.com/aurea-orchestrator/aurea/internal/report"
)

func TestPrintWorkers(t *testing.T) {
	now := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	zone := map[string]string{"zone": "a"}
	var text strings.Builder
	err := printWorkers(&text, []aurea.Worker{
		{Name: "one", State: aurea.WorkerRunning, Cores: 2, Host: "host-1", Bound: 0.00008123, Labels: zone, Run: "benchmark-1"},
		{Name: "two", State: aurea.WorkerRunning, Cores: 16, Host: "host-1", Bound: 0.0012, Run: "benchmark-1"},
		{Name: "three", State: aurea.WorkerRefused, Reason: "version 1.1.0, and this service is 1.2.0", Host: "host-2"},
		{Name: "four", State: aurea.WorkerGone, LastSeen: now.Add(-150 * time.Second)},
	}, now, report.Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := `worker  state    cores  host    clock   labels
one     running  2      host-1  ±81µs   zone=a
two     running  16     host-1  ±1.2ms
three   refused  0      host-2  –
four    gone 2m  0              –

three is refused: version 1.1.0, and this service is 1.2.0
benchmark-1 has 2 workers
`
	if diff := cmp.Diff(want, text.String()); diff != "" {
		t.Errorf("table (-want +got):\n%s", diff)
	}
}

// The table fits 80 columns, whatever workers call themselves.
func TestPrintWorkersFits(t *testing.T) {
	long := strings.Repeat("ü\n", 100)
	var text strings.Builder
	err := printWorkers(&text, []aurea.Worker{{
		Name: long, State: aurea.WorkerGone, Cores: 10_000, Host: long, Bound: 0.000000123,
		Labels: map[string]string{long: long, "b": long},
	}}, time.Time{}.Add(99*time.Hour), report.Options{Width: 80})
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(text.String()), "\n")
	if len(lines) != 2 {
		t.Errorf("%d lines, want 2:\n%s", len(lines), text.String())
	}
	for _, line := range lines {
		if n := utf8.RuneCountInString(line); n > 80 {
			t.Errorf("%d columns: %s", n, line)
		}
	}
}

func TestFormatAge(t *testing.T) {
	for age, want := range map[time.Duration]string{
		-time.Second: "0s", 59 * time.Second: "59s", time.Minute: "1m", 90 * time.Minute: "1h", 50 * time.Hour: "50h",
	} {
		if got := formatAge(age); got != want {
			t.Errorf("%v is %q, want %q", age, got, want)
		}
	}
}

// A service without a cluster has no workers.
func TestWorkersOfService(t *testing.T) {
	url, _ := aureatest.Serve(t)
	if got := runCommandAt(t, url, "workers"); got != "no workers: the service runs jobs itself\n" {
		t.Errorf("the command prints %q", got)
	}
	var list map[string][]aurea.Worker
	got := runCommandAt(t, url, "workers", "-o", "json")
	if err := json.Unmarshal([]byte(got), &list); err != nil || len(list) != 1 || list["workers"] == nil {
		t.Errorf("%v: %s", err, got)
	}
	code, _, stderr := runCommand(t, "", "workers", "--server", url, "-o", "yaml")
	checkExit(t, "another format", code, exitUsage, stderr)
}
