package main

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/report"
)

// A list of runs fits its terminal. A narrow one has the beginnings of ids that
// tell its runs apart, and lacks the columns that matter least. A pipe has all.
func TestRunsListFits(t *testing.T) {
	created := time.Date(2026, 11, 29, 14, 44, 5, 0, time.Local)
	runs := []aurea.Run{
		{ID: "benchmark-01a227c4-2b6c-7baf-95ed-2de18d65627b", Status: aurea.StatusInterrupted,
			Name: "checkout of orders", CreatedAt: created,
			Result: &aurea.Result{Latency: aurea.Summary{Count: 1, P99: 0.0123}, Verdict: "pass"}},
		{ID: "benchmark-01a227c4-2b6c-7c07-9e5f-1b9c9c2dd094", Status: aurea.StatusFailed, CreatedAt: created},
	}
	for width, want := range map[int]string{
		60: `run                         status       name
benchmark-01a227c4-2b6c-7b  interrupted  checkout of orders
benchmark-01a227c4-2b6c-7c  failed
`,
		80: `run                         status       name       created      p99     verdict
benchmark-01a227c4-2b6c-7b  interrupted  che…rders  11-29 14:44  12.3ms  pass
benchmark-01a227c4-2b6c-7c  failed                  11-29 14:44
`,
		0: `run                                             status       workload  name                ` +
			`created              jobs  jobs/s  p99     verdict
benchmark-01a227c4-2b6c-7baf-95ed-2de18d65627b  interrupted  sleep     checkout of orders  ` +
			`2026-11-29 14:44:05  0     0       12.3ms  pass
benchmark-01a227c4-2b6c-7c07-9e5f-1b9c9c2dd094  failed       sleep                         2026-11-29 14:44:05
`,
	} {
		var text strings.Builder
		if err := printRuns(&text, runs, report.Options{Width: width}); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, text.String()); diff != "" {
			t.Errorf("at %d columns (-want +got):\n%s", width, diff)
		}
		for line := range strings.Lines(text.String()) {
			if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); width > 0 && n > width {
				t.Errorf("%d columns at %d: %s", n, width, line)
			}
		}
	}
}
