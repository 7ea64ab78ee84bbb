package telemetry

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	trace "go.opentelemetry.io/proto/otlp/trace/v1"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/aureatest"
)

// at returns a time of the runs below, in milliseconds.
func at(ms int64) time.Time { return time.UnixMilli(1_790_000_000_000 + ms).UTC() }

func atPointer(ms int64) *time.Time { t := at(ms); return &t }

// completed returns a run with everything a run can have.
func completed() aurea.Run {
	return aurea.Run{
		ID: "benchmark-7", Name: "nightly", Labels: map[string]string{"team": "a"}, Status: aurea.StatusCompleted,
		CreatedAt: at(0), StartedAt: atPointer(100), FinishedAt: atPointer(9000),
		Spec: aurea.Spec{Workload: &aurea.Workload{Kind: "http"}},
		Timeline: []aurea.RunEvent{{At: at(3000), Kind: "pause"},
			{At: at(4000), Kind: "load", Detail: "rate 100 to 200"}},
		Result: &aurea.Result{
			StartTime: at(150), EndTime: at(8950), Warmup: &aurea.Warmup{Duration: 2.5},
			Counts: aurea.Counts{Planned: 10, OK: 7, Failed: 3}, Throughput: 1.5, Latency: aurea.Summary{P99: 0.25},
			Validity: aurea.Validity{State: aurea.Degraded}, Verdict: aurea.VerdictFail,
		},
	}
}

// A span is the part of a span that the tests compare, with times in
// milliseconds.
type span struct {
	Name, Parent string
	From, To     int64
	Problem      string
}

// exportSpans returns the spans of a run as a collector receives them.
func exportSpans(t *testing.T, run aurea.Run) (spans []span, root *trace.Span) {
	t.Helper()
	c := aureatest.StartCollector(t)
	if err := export(t, c.URL, silent, nil, run); err != nil {
		t.Fatal(err)
	}
	names := map[string]string{}
	for _, s := range c.Spans() {
		names[aureatest.ID(s.GetSpanId())] = s.GetName()
		if len(s.GetParentSpanId()) == 0 {
			root = s
		}
	}
	for _, s := range c.Spans() {
		ms := func(ns uint64) int64 { return int64(ns)/1e6 - 1_790_000_000_000 }
		if aureatest.ID(s.GetTraceId()) != aureatest.ID(root.GetTraceId()) {
			t.Errorf("%s is of another trace", s.GetName())
		}
		problem := s.GetStatus().GetMessage()
		if (s.GetStatus().GetCode() == trace.Status_STATUS_CODE_ERROR) != (problem != "") {
			t.Errorf("%s has the status %v", s.GetName(), s.GetStatus())
		}
		spans = append(spans, span{s.GetName(), names[aureatest.ID(s.GetParentSpanId())], ms(s.GetStartTimeUnixNano()),
			ms(s.GetEndTimeUnixNano()), problem})
	}
	return spans, root
}

// A run is a span with a child span for each phase, with the run's own times.
func TestSpans(t *testing.T) {
	cold := completed()
	result := *cold.Result
	result.Warmup, result.Verdict = nil, aurea.VerdictPass
	cold.Result = &result

	stopped := completed() // in its warm-up
	partial := *stopped.Result
	partial.EndTime, partial.Verdict = at(1000), aurea.VerdictNone
	stopped.Result, stopped.FinishedAt = &partial, atPointer(1100)

	failed := completed()
	failed.Status, failed.Error, failed.Result = aurea.StatusFailed, "the target cannot be reached", nil

	waiting := failed
	waiting.Status, waiting.StartedAt, waiting.Error = aurea.StatusCancelled, nil, ""

	unfinished := completed()
	unfinished.FinishedAt = nil

	tests := []struct {
		name string
		run  aurea.Run
		want []span
	}{
		{"completed", completed(), []span{
			{"queued", "run http", 0, 100, ""}, {"warmup", "run http", 150, 2650, ""},
			{"measure", "run http", 2650, 8950, ""},
			{"run http", "", 0, 9000, "a threshold failed"}}},
		{"without warm-up", cold, []span{
			{"queued", "run http", 0, 100, ""}, {"measure", "run http", 150, 8950, ""}, {"run http", "", 0, 9000, ""}}},
		{"stopped", stopped, []span{
			{"queued", "run http", 0, 100, ""}, {"warmup", "run http", 150, 1000, ""}, {"run http", "", 0, 1100, ""}}},
		{"failed", failed, []span{{"queued", "run http", 0, 100, ""},
			{"run http", "", 0, 9000, "the target cannot be reached"}}},
		{"never begun", waiting, []span{{"queued", "run http", 0, 9000, ""}, {"run http", "", 0, 9000, ""}}},
		{"not ended", unfinished, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, _ := exportSpans(t, test.run)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("spans (-want +got):\n%s", diff)
			}
		})
	}
}

// The span of a run describes the run and how it ended; its IDs follow from the
// run's id.
func TestSpanOfRun(t *testing.T) {
	_, root := exportSpans(t, completed())
	want := map[string]string{
		"aurea.run.id": "benchmark-7", "aurea.run.name": "nightly", "aurea.run.status": "completed",
		"aurea.workload":   "http",
		"aurea.label.team": "a", "aurea.verdict": "fail", "aurea.validity": "degraded",
		"aurea.throughput": "1.5", "aurea.latency.p99": "0.25",
		"aurea.jobs.planned": "10", "aurea.jobs.ok": "7", "aurea.jobs.failed": "3",
		"aurea.jobs.timeout": "0", "aurea.jobs.cancelled": "0", "aurea.jobs.dropped": "0", "aurea.jobs.lost": "0",
	}
	if diff := cmp.Diff(want, aureatest.Attributes(root.GetAttributes())); diff != "" {
		t.Errorf("attributes (-want +got):\n%s", diff)
	}
	var events []string
	for _, event := range root.GetEvents() {
		events = append(events, event.GetName()+" "+aureatest.Attributes(event.GetAttributes())["aurea.detail"])
	}
	if diff := cmp.Diff([]string{"pause ", "load rate 100 to 200"}, events); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	traceID, spanID := ids("benchmark-7")
	if aureatest.ID(root.GetTraceId()) != traceID.String() || aureatest.ID(root.GetSpanId()) != spanID.String() {
		t.Errorf("trace %x, span %x; want %s, %s", root.GetTraceId(), root.GetSpanId(), traceID, spanID)
	}
	other, _ := ids("benchmark-8")
	if !traceID.IsValid() || !spanID.IsValid() {
		t.Errorf("invalid trace ID %s or span ID %s", traceID, spanID)
	}
	if other == traceID {
		t.Errorf("two runs have the trace ID %s", traceID)
	}
}

// A run with a verdict other than pass or none is an error.
func TestProblem(t *testing.T) {
	for verdict, want := range map[aurea.Verdict]string{
		aurea.VerdictNone: "", aurea.VerdictPass: "", aurea.VerdictFail: "a threshold failed",
		aurea.VerdictInvalid: "the measurement is invalid",
		aurea.VerdictNoData:  "there is no data to judge the thresholds by",
	} {
		got := problem(aurea.Run{Status: aurea.StatusCompleted, Result: &aurea.Result{Verdict: verdict}})
		if got != want {
			t.Errorf("%s: %q, want %q", verdict, got, want)
		}
	}
}
