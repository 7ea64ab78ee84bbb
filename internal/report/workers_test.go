package report

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
)

// fleetResult returns a result of n workers. The first is lost and has no
// sample.
func fleetResult(n int) *aurea.Result {
	w := &aurea.Workers{Count: n, Hosts: n, Lost: 1, Spread: 0.000312, Bound: 0.0000812}
	for i := range n {
		of := aurea.WorkerResult{
			ID: fmt.Sprint("id-", i), Name: fmt.Sprint("worker-", i), State: aurea.WorkerEnded,
			Counts: aurea.Counts{Planned: 1000, OK: 1000}, Throughput: 123.456, CPU: 0.123, Bound: 0.0000812,
			Latency: aurea.WorkerQuantiles{P50: 0.0501234, P99: 0.0601234},
			Delay:   aurea.WorkerQuantiles{P50: 0.0000123, P99: 0.000123456},
		}
		if i == 0 {
			of = aurea.WorkerResult{ID: "id-0", State: aurea.WorkerLost, Counts: aurea.Counts{Planned: 1000, Lost: 1000}}
		}
		w.Of = append(w.Of, of)
	}
	return &aurea.Result{ID: "benchmark-1", Status: aurea.StatusFailed, Workers: w,
		InFlight: aurea.InFlight{Max: 100, AtLeast: 50, Mean: 70, Effective: 70}}
}

// tableOfWorkers returns the words of the lines of a text's table of workers.
func tableOfWorkers(t *testing.T, text string) (lines [][]string) {
	t.Helper()
	_, rest, found := strings.Cut(text, "\nworker ")
	if !found {
		t.Fatalf("there is no table of workers:\n%s", text)
	}
	body, _, _ := strings.Cut(rest, "\n\n")
	for line := range strings.Lines("worker " + body) {
		if n := utf8.RuneCountInString(strings.TrimSpace(line)); n > 80 {
			t.Errorf("%d columns: %s", n, line)
		}
		lines = append(lines, strings.Fields(line))
	}
	return lines
}

// The report has the remarks of a result.
func TestReportOfWarnings(t *testing.T) {
	r := fleetResult(2)
	r.Warnings = []string{"the records of 5 jobs are missing"}
	checkContains(t, "the text", render(t, "text", r), "\nwarning     the records of 5 jobs are missing\n")
	checkContains(t, "the page", render(t, "html", r), "<p><b>warning</b>: the records of 5 jobs are missing</p>")
}

func TestReportOfWorkers(t *testing.T) {
	text := render(t, "text", fleetResult(3))
	checkContains(t, "the text", text,
		"workers     3, 1 of them lost; first jobs at most 470µs apart, clocks ±81µs\n", "50 to 100 at most, 70 on average")
	row := func(name string) []string {
		return []string{name, "ended", "1000", "123.5", "50.1ms", "60.1ms", "123µs", "12%", "±81µs"}
	}
	want := [][]string{
		{"worker", "state", "ok", "jobs/s", "p50", "p99", "delay", "p99", "cpu", "clock"},
		{"id-0", "lost", "0", "0", "–", "–", "–", "–", "–"},
		row("worker-1"), row("worker-2"),
	}
	if diff := cmp.Diff(want, tableOfWorkers(t, text)); diff != "" {
		t.Errorf("workers (-want +got):\n%s", diff)
	}
	checkContains(t, "the Markdown", render(t, "markdown", fleetResult(3)),
		"| worker-2 | ended | 1000 | 123.5 | 50.1ms | 60.1ms | 123µs | 12% | ±81µs |")
	checkContains(t, "the page", render(t, "html", fleetResult(3)),
		`<th scope="row">worker-2</th><td>ended</td><td>1000</td>`)
	if local := render(t, "text", &aurea.Result{}); strings.Contains(local, "worker") {
		t.Errorf("a run without workers has some:\n%s", local)
	}
}

// Ten workers have a row, and the others one together.
func TestReportSumsUpOtherWorkers(t *testing.T) {
	r := fleetResult(12)
	r.Workers.Count, r.Workers.Hosts = 300, 2
	r.Workers.Rest = &aurea.WorkerRemainder{Count: 288, Counts: aurea.Counts{OK: 5000}, Throughput: 100}
	lines := tableOfWorkers(t, render(t, "text", r))
	if len(lines) != 1+10+1 {
		t.Fatalf("%d lines: %v", len(lines), lines)
	}
	if diff := cmp.Diff([]string{"290", "more", "7000", "346.9"}, lines[11]); diff != "" {
		t.Errorf("the last line (-want +got):\n%s", diff)
	}
	if got, want := formatWorkers(r.Workers), "300 on 2 machines, 1 of them lost; "; !strings.HasPrefix(got, want) {
		t.Errorf("the workers are %q, want %q", got, want)
	}
}

// checkContains reports texts that a form lacks.
func checkContains(t *testing.T, what, got string, wants ...string) {
	t.Helper()
	for _, want := range wants {
		if !strings.Contains(got, want) {
			t.Errorf("%s lacks %q:\n%s", what, want, got[:min(len(got), 8000)])
		}
	}
}

// The spread of starts is unknown when only one worker is left.
func TestUnknownSpread(t *testing.T) {
	got := formatWorkers(&aurea.Workers{Count: 2, Lost: 1, Hosts: 2, Bound: 81e-6})
	if want := "2, 1 of them lost; it is unknown how far their first jobs were apart, clocks ±81µs"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// The command that repeats a run asks for the same workers.
func TestAgainWithWorkers(t *testing.T) {
	for want, workers := range map[string]*aurea.Placement{
		"": nil, " --workers all": {Word: aurea.PlaceAll}, " --workers local": {Word: aurea.PlaceLocal},
		" --workers 3": {Count: 3},
		` --workers '{"count":2,"labels":{"zone":"a,b"}}'`: {
			Selection: &aurea.WorkerSelection{Count: 2, Labels: map[string]string{"zone": "a,b"}}},
	} {
		r := &aurea.Result{Spec: aurea.Spec{NumJobs: 5, Workers: workers, MaxLostFraction: 0.25}, Seed: 7}
		if got := again(r, 200); len(got) != 1 ||
			got[0] != "aurea run --jobs 5"+want+" --max-lost-fraction 0.25 --seed 7" {
			t.Errorf("the command is %q", got)
		}
	}
}
