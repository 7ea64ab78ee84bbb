package report

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/param"
)

// Phases, parts, counters and errors follow the latency. The part with the
// highest error rate comes first.
func TestTextOfDetail(t *testing.T) {
	r := &aurea.Result{
		Phases: param.Named[aurea.Summary]{{Name: "cpu.cpu", Value: aurea.Summary{
			Count: 2, Min: 0.001, Mean: 0.002, P50: 0.001, P90: 0.003, P99: 0.003, P999: 0.003, Max: 0.003,
		}}},
		Parts: []aurea.PartResult{
			{Name: "cpu", Counts: aurea.Counts{Planned: 3, OK: 2, Failed: 1}, Latency: aurea.Summary{Count: 2, Min: 1, Mean: 1, P50: 1, P90: 1, P99: 1, P999: 1, Max: 1}},
			{Name: "gone", Counts: aurea.Counts{Planned: 4, Failed: 4}},
		},
		Counters: param.Named[aurea.Amount]{
			{Name: "cpu.units", Value: aurea.Amount{Total: 200, PerSecond: 50, PerJob: 100, PerCPUSecond: 50000}},
			{Name: "bytes", Value: aurea.Amount{Total: 7, PerSecond: 1.75, PerJob: 3.5}},
		},
		Errors: []aurea.ErrorClass{{Class: "injected", Count: 1, Sample: "wanted"}},
	}
	var text strings.Builder
	if err := Text(aurea.Run{Result: r}, Options{}, &text); err != nil {
		t.Fatal(err)
	}
	_, detail, _ := strings.Cut(text.String(), "p99.9")
	var got [][]string
	for line := range strings.Lines(detail) {
		if fields := strings.Fields(line); len(fields) > 0 {
			got = append(got, fields)
		}
	}
	want := [][]string{
		{"max"},
		{"latency", "–", "–", "–", "–", "–", "–", "–"},
		{"part", "gone,", "0", "of", "4", "ok", "–", "–", "–", "–", "–", "–", "–"},
		{"part", "cpu,", "2", "of", "3", "ok", "1s", "1s", "1s", "1s", "1s", "1s", "1s"},
		{"cpu.cpu", "1ms", "2ms", "1ms", "3ms", "3ms", "3ms", "3ms"},
		{"total", "a", "second", "a", "job", "a", "second", "of", "a", "core"},
		{"cpu.units", "200", "50", "100", "50000"},
		{"bytes", "7", "1.75", "3.5", "–"},
		{"error", "jobs", "for", "example"},
		{"injected", "1", "wanted"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s\n%s", diff, text.String())
	}
}
