package workload

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/param"
)

// Every kind of the table is described, and works with its defaults.
func TestKinds(t *testing.T) {
	host := everything(t)
	for _, k := range host.table() {
		t.Run(k.Name, func(t *testing.T) {
			checkDocumented(t, k.Name, k.Doc, k.Parameters)
			jobs := open(t, host, k.Name, simplest(t, k.Name), 7)
			if jobs.Waiter != nil {
				checkWaiter(t, jobs.Waiter, open(t, host, k.Name, simplest(t, k.Name), 7).Waiter)
			} else {
				checkRunner(t, jobs, k)
			}
		})
	}
}

// open opens a workload for the length of the test.
func open(t testing.TB, host Host, kind string, parameters map[string]any, seed uint64) Jobs {
	t.Helper()
	jobs, err := host.Open(t.Context(), aurea.Workload{Kind: kind, Parameters: parameters}, seed)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(jobs.Close)
	return jobs
}

// simplest is the least that a kind wants to be told.
func simplest(t *testing.T, kind string) map[string]any {
	inner := map[string]any{"kind": "sleep", "duration": "1us"}
	switch kind {
	case "http":
		return map[string]any{"url": serve(t, func(http.ResponseWriter, *http.Request) {}).URL}
	case "exec":
		return map[string]any{"command": "true"}
	case "mix":
		return map[string]any{"parts": []any{map[string]any{"workload": inner}}}
	case "steps":
		return map[string]any{"steps": []any{inner}}
	}
	return nil
}

// checkDocumented wants a description of everything that there is to say.
func checkDocumented(t *testing.T, name, doc string, parameters []param.Parameter) {
	t.Helper()
	if doc == "" || strings.HasSuffix(doc, ".") {
		t.Errorf("%s is described as %q", name, doc)
	}
	for _, p := range parameters {
		checkDocumented(t, name+"."+p.Name, p.Doc, p.Members)
		if p.Items != nil {
			checkDocumented(t, name+"."+p.Name+"[]", p.Items.Doc, p.Items.Members)
		}
	}
}

// checkWaiter has a kind whose jobs wait keep the contract of its interface.
func checkWaiter(t *testing.T, one, again Waiter) {
	for job := range int64(1000) {
		enter(one, job)
		enter(again, job)
		wait := one.Wait(job)
		if wait < 0 || wait > one.Longest() {
			t.Fatalf("job %d waits %v, not within 0 and %v", job, wait, one.Longest())
		}
		if wait != again.Wait(job) {
			t.Fatalf("job %d waits %v, then %v, with one seed", job, wait, again.Wait(job))
		}
	}
	if n := testing.AllocsPerRun(100, func() { one.Wait(3) }); n != 0 {
		t.Errorf("%v allocations a job", n)
	}
}

// checkRunner has one whose jobs do something keep that of its own.
func checkRunner(t *testing.T, jobs Jobs, k kind) {
	if k.MostInFlight <= 0 {
		t.Error("there is no limit to its jobs in flight")
	}
	for job := range int64(10) {
		if err := jobs.Runner.Run(t.Context(), job, NewNotes(jobs.Measures)); err != nil {
			t.Fatalf("job %d: %v", job, err)
		}
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if err := jobs.Runner.Run(cancelled, 1, Notes{}); !errors.Is(err, context.Canceled) {
		t.Errorf("a job that is cancelled before it begins: %v", err)
	}
}

// enter has a job of a kind whose jobs wait for each other enter.
func enter(w Waiter, job int64) {
	if line, ok := w.(Queue); ok {
		line.Enter(job, time.Duration(job)*time.Millisecond)
	}
}

func sleeping(t testing.TB, parameters map[string]any, seed uint64) Waiter {
	t.Helper()
	return open(t, Host{}, "sleep", parameters, seed).Waiter
}

func TestSleepWithoutJitterIsExact(t *testing.T) {
	w := sleeping(t, map[string]any{"duration": "70ms"}, 1)
	for job := range int64(100) {
		if got := w.Wait(job); got != 70*time.Millisecond {
			t.Fatalf("job %d waits %v, want 70ms", job, got)
		}
	}
}

func TestSleepFromADistribution(t *testing.T) {
	w := sleeping(t, map[string]any{"duration": "28ms", "distribution": "bimodal", "slow_share": json.Number("0.1"), "slow_factor": json.Number("5")}, 1)
	slow := 0
	for job := range int64(1000) {
		switch wait := w.Wait(job); {
		case wait >= w.Longest():
			slow++
		case wait.Round(time.Microsecond) != 20*time.Millisecond:
			t.Fatalf("job %d waits %v, want 20ms or 100ms", job, wait)
		}
	}
	if longest := w.Longest().Round(time.Microsecond); slow < 70 || slow > 130 || longest != 100*time.Millisecond {
		t.Errorf("%d of 1000 jobs are slow, up to %v, want about 100, 100ms", slow, longest)
	}
}

// The waits fill [80, 120] ms evenly: mean 100 ms, variance (40 ms)²/12, and a
// Kolmogorov–Smirnov distance to the uniform law below its 0.1 % point.
func TestSleepJitterIsUniform(t *testing.T) {
	w := sleeping(t, map[string]any{"duration": "100ms", "jitter": json.Number("0.2")}, 42)
	const n, bins = 100_000, 1000
	var counts [bins]int
	var sum, squares float64
	for job := range int64(n) {
		ms := w.Wait(job).Seconds() * 1000
		if ms < 80 || ms > 120 {
			t.Fatalf("job %d waits %v ms", job, ms)
		}
		counts[min(int((ms-80)/40*bins), bins-1)]++
		sum += ms
		squares += ms * ms
	}
	mean := sum / n
	if math.Abs(mean-100) > 0.15 {
		t.Errorf("mean %v ms, want 100", mean)
	}
	if variance := squares/n - mean*mean; math.Abs(variance-1600.0/12) > 2 {
		t.Errorf("variance %v, want %v", variance, 1600.0/12)
	}
	var below int
	for i, c := range counts {
		below += c
		if distance := math.Abs(float64(below)/n - float64(i+1)/bins); distance > 1.95/math.Sqrt(n) {
			t.Fatalf("distance %v to the uniform law at bin %d", distance, i)
		}
	}
}

func TestSeedsDiffer(t *testing.T) {
	parameters := map[string]any{"duration": "100ms", "jitter": json.Number("0.5")}
	a, b := sleeping(t, parameters, 1), sleeping(t, parameters, 2)
	equal := 0
	for job := range int64(1000) {
		if a.Wait(job) == b.Wait(job) {
			equal++
		}
	}
	if equal > 2 {
		t.Errorf("%d of 1000 jobs are the same under two seeds", equal)
	}
}

func TestCheckNamesTheField(t *testing.T) {
	tests := []struct {
		workload aurea.Workload
		want     string
	}{
		{aurea.Workload{Kind: "slep"}, `workload.kind: must be one of sleep, noop, station, cpu, http, memory, disk, mix, steps; got "slep"; did you mean sleep?`},
		{aurea.Workload{Kind: "sleep", Parameters: map[string]any{"duration": "-1s"}}, `workload.duration: must be a duration such as "250ms" from 0s to 1h; got "-1s"`},
		{aurea.Workload{Kind: "sleep", Parameters: map[string]any{"duration": json.Number("5")}}, `workload.duration: must be a duration such as "250ms" from 0s to 1h; got 5`},
		{aurea.Workload{Kind: "sleep", Parameters: map[string]any{"jitter": json.Number("1.5")}}, `workload.jitter: must be a number from 0 to 1; got 1.5`},
		{aurea.Workload{Kind: "sleep", Parameters: map[string]any{"duraton": "1s"}}, `workload.duraton: is not a field; did you mean duration?`},
		{aurea.Workload{Kind: "sleep", Parameters: map[string]any{"jitter": json.Number("0.1"), "distribution": "pareto"}}, `workload.jitter: cannot stand together with a distribution; give one of them`},
		{aurea.Workload{Kind: "noop", Parameters: map[string]any{"duration": "1s"}}, `workload.duration: is not a field`},
	}
	for _, test := range tests {
		err := Host{}.Check(aurea.Plan{Workload: test.workload})
		if err == nil || err.Error() != test.want {
			t.Errorf("%v: %v, want %s", test.workload, err, test.want)
		}
		if !errors.Is(err, aurea.ErrInvalid) {
			t.Errorf("%v: not an ErrInvalid", test.workload)
		}
	}
}

func BenchmarkSleepWait(b *testing.B) {
	w := sleeping(b, map[string]any{"jitter": json.Number("0.2")}, 1)
	b.ReportAllocs()
	var job int64
	for b.Loop() {
		w.Wait(job)
		job++
	}
}
