package aurea

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var measured = MetricNames{Phases: []string{"connect", "cpu", "search.first_byte"},
	Counters: []string{"units", "search.bytes_in"}, Parts: []Part{{"search", 3}, {"buy", 1}}}

// Law: merging breakdowns gives the same as recording everything in one.
func TestDetailMerge(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		whole, a, b := NewBreakdown(measured), NewBreakdown(measured), NewBreakdown(measured)
		for i := range rapid.IntRange(0, 30).Draw(t, "jobs") {
			phases := make([]time.Duration, 3)
			for p := range phases {
				phases[p] = time.Duration(rapid.Int64Range(-1, 1e9).Draw(t, "phase"))
			}
			counters := []int64{rapid.Int64Range(0, 1e6).Draw(t, "units"), 1}
			part := rapid.IntRange(0, 1).Draw(t, "part")
			for _, d := range []*Breakdown{whole, []*Breakdown{a, b}[i%2]} {
				d.Record(phases, counters)
				d.Part(part).End(OK, 0, 0, time.Second)
			}
		}
		a.RecordStatuses(StatusCounts{{200, 1}, {404, 2}})
		b.RecordStatuses(StatusCounts{{503, 4}, {200, 3}})
		a.Merge(b)
		if diff := cmp.Diff(StatusCounts{{200, 4}, {404, 2}, {503, 4}}, a.statuses); diff != "" {
			t.Fatal(diff)
		}
		if !slices.Equal(a.counters, whole.counters) {
			t.Fatalf("counters %v, want %v", a.counters, whole.counters)
		}
		for _, name := range measured.Phases {
			if got, want := Summarize(a.Phase(name)), Summarize(whole.Phase(name)); got != want {
				t.Fatalf("%s: %+v, want %+v", name, got, want)
			}
		}
		for i := range measured.Parts {
			if got, want := a.Part(i).Counts, whole.Part(i).Counts; got != want {
				t.Fatalf("part %d: %+v, want %+v", i, got, want)
			}
		}
	})
}

// withDetail returns a result of two seconds with two jobs that had a core for
// 0.5 s each.
func withDetail(t *testing.T, thresholds ...string) *Result {
	t.Helper()
	spec := Spec{NumJobs: 2}
	for _, text := range thresholds {
		threshold, err := ParseThreshold(text)
		if err != nil {
			t.Fatal(err)
		}
		spec.Thresholds = append(spec.Thresholds, threshold)
	}
	tally, detail := NewTally(), NewBreakdown(measured)
	tally.Planned = 2
	for range 2 {
		tally.End(OK, 0, 0, 2*time.Second)
		detail.Record([]time.Duration{-1, 500 * time.Millisecond, 20 * time.Millisecond}, []int64{1000, 7})
	}
	detail.Part(0).End(OK, 0, 0, 2*time.Second)
	detail.Part(1).End(Failed, 0, 0, 2*time.Second)
	return NewResult(NewPlan(spec, 1), Measurement{Duration: 2 * time.Second, Tally: tally, Breakdown: detail,
		MaxInFlight: 2})
}

func TestDetailInAResult(t *testing.T) {
	r := withDetail(t)
	if _, there := r.Phases.Get("connect"); there || len(r.Phases) != 2 {
		t.Errorf("phases %+v, want only those with a record", r.Phases)
	}
	if first, _ := r.Phases.Get("search.first_byte"); first.Count != 2 || first.Mean != 0.02 {
		t.Errorf("first byte %+v", first)
	}
	units, _ := r.Counters.Get("units")
	if want := (Amount{Total: 2000, PerSecond: 1000, PerJob: 1000, PerCPUSecond: 2000}); units != want {
		t.Errorf("units %+v, want %+v", units, want)
	}
	bytes, _ := r.Counters.Get("search.bytes_in")
	if want := (Amount{Total: 14, PerSecond: 7, PerJob: 14}); bytes != want {
		t.Errorf("bytes %+v, want %+v: of one search, without CPU time", bytes, want)
	}
	if r.InFlight.Effective != 0.5 {
		t.Errorf("%v jobs had a core at once, want 0.5", r.InFlight.Effective)
	}
	part := r.Parts[1]
	if part.Name != "buy" || part.Weight != 1 {
		t.Errorf("the second part is %s with weight %v", part.Name, part.Weight)
	}
	if want := (Counts{Planned: 1, Failed: 1}); part.Counts != want || part.FailedLatency.Max != 2 {
		t.Errorf("%+v and at most %v s, want %+v and 2 s", part.Counts, part.FailedLatency.Max, want)
	}
	encoded, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var again Result
	if err := json.Unmarshal(encoded, &again); err != nil {
		t.Fatal(err)
	}
	diff := cmp.Diff(r.Phases, again.Phases) + cmp.Diff(r.Counters, again.Counters) + cmp.Diff(r.Parts, again.Parts)
	if diff != "" {
		t.Errorf("encoded and decoded (-want +got):\n%s", diff)
	}
}

// The counter of a part, or of a step in a part, is divided by the jobs of the
// part, and any other counter by all jobs.
func TestCountersPerJobOfTheirPart(t *testing.T) {
	m := MetricNames{
		Counters: []string{"livez.bytes_in", "buy.1_http.bytes_in", "retries", "livez_2.bytes_in", "other.bytes_in"},
		Parts:    []Part{{"livez", 3}, {"buy", 1}, {"livez_2", 1}, {"retries", 1}},
	}
	detail, tally := NewBreakdown(m), NewTally()
	for part, jobs := range []int{6, 2, 0, 0} {
		for range jobs {
			tally.End(OK, 0, 0, time.Second)
			detail.Part(part).End(OK, 0, 0, time.Second)
		}
	}
	detail.Part(1).Cancelled++ // without a report
	detail.Record(nil, []int64{600, 600, 8, 0, 80})
	r := NewResult(NewPlan(Spec{NumJobs: 8}, 1), Measurement{Duration: time.Second, Tally: tally, Breakdown: detail})
	got := map[string]float64{}
	for _, counter := range r.Counters {
		got[counter.Name] = counter.Value.PerJob
	}
	want := map[string]float64{"livez.bytes_in": 100, "buy.1_http.bytes_in": 300, "retries": 1, "livez_2.bytes_in": 0,
		"other.bytes_in": 10}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("per_job (-want +got):\n%s", diff)
	}
}

func TestThresholdsOnDetail(t *testing.T) {
	for expression, want := range map[string]ThresholdCheck{
		"phases.search.first_byte.p99.9 < 21ms": {Value: 0.02, OK: true},
		"phases.cpu.mean < 400ms":               {Value: 0.5},
		"parts.search.max <= 2s":                {Value: 2, OK: true},
		"parts.buy.error_rate < 1%":             {Value: 1},
		"counters.units.per_cpu_second > 1e3":   {Value: 2000, OK: true},
		"counters.search.bytes_in.total == 14":  {Value: 14, OK: true},
	} {
		r := withDetail(t, expression)
		want.Expression = expression
		verdict := map[bool]Verdict{true: VerdictPass, false: VerdictFail}[want.OK]
		got := r.Thresholds[0]
		if got.Expression != want.Expression || got.OK != want.OK || r.Verdict != verdict {
			t.Errorf("%+v, %s; want %+v, %s", got, r.Verdict, want, verdict)
		}
		if got.Value < want.Value || got.Value > want.Value*1.001 {
			t.Errorf("%s is %v, want %v to 0.1 %%", want.Expression, got.Value, want.Value)
		}
	}
	for _, expression := range []string{"phases.dns.p99 < 1s", "parts.buy.p99 < 1s", "parts.sell.error_rate < 1%",
		"counters.bytes.total > 1"} {
		if r := withDetail(t, expression); r.Verdict != VerdictNoData || r.Thresholds[0].OK {
			t.Errorf("%s: %s, want no_data", expression, r.Verdict)
		}
	}
}

func TestMissing(t *testing.T) {
	for expression, want := range map[string]string{
		"phases.connect.p99 < 1s":               "",
		"phases.search.first_byte.p99.9 < 1s":   "",
		"phases.first_byte.p99 < 1s":            "phases.first_byte",
		"parts.search.p99 < 1s":                 "",
		"parts.sell.error_rate < 1%":            "parts.sell",
		"counters.units.total > 1":              "",
		"counters.search.bytes_in.per_job > 1":  "",
		"counters.search.bytes_out.per_job > 1": "counters.search.bytes_out",
		"p99 < 1s":                              "",
		"throughput > 1":                        "",
	} {
		threshold, err := ParseThreshold(expression)
		if err != nil {
			t.Fatal(err)
		}
		if got := threshold.Missing(measured); got != want {
			t.Errorf("%s: %q is missing, want %q", expression, got, want)
		}
	}
}
