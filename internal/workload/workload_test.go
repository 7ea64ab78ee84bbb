package workload

import (
	"encoding/json"
	"errors"
	"math"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

func sleeping(t testing.TB, parameters map[string]any, seed uint64) Delayer {
	t.Helper()
	return open(t, Policy{}, "sleep", parameters, seed).Delayer
}

func TestSleepWithoutJitterIsExact(t *testing.T) {
	w := sleeping(t, map[string]any{"duration": "70ms"}, 1)
	for job := range int64(100) {
		if got := w.Delay(job); got != 70*time.Millisecond {
			t.Fatalf("job %d waits %v, want 70ms", job, got)
		}
	}
}

func TestSleepFromADistribution(t *testing.T) {
	w := sleeping(t, map[string]any{"duration": "28ms", "distribution": "bimodal", "slow_share": json.Number("0.1"), "slow_factor": json.Number("5")}, 1)
	slow := 0
	for job := range int64(1000) {
		switch wait := w.Delay(job); {
		case wait >= w.MaxDelay():
			slow++
		case wait.Round(time.Microsecond) != 20*time.Millisecond:
			t.Fatalf("job %d waits %v, want 20ms or 100ms", job, wait)
		}
	}
	if longest := w.MaxDelay().Round(time.Microsecond); slow < 70 || slow > 130 || longest != 100*time.Millisecond {
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
		ms := w.Delay(job).Seconds() * 1000
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
		if a.Delay(job) == b.Delay(job) {
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
		{aurea.Workload{Kind: "slep"}, `workload.kind: must be one of sleep, noop, station, cpu, memory, disk, mix, steps; got "slep"; did you mean sleep?`},
		{aurea.Workload{Kind: "sleep", Parameters: map[string]any{"duration": "-1s"}}, `workload.duration: must be a duration such as "250ms" from 0s to 1h; got "-1s"`},
		{aurea.Workload{Kind: "sleep", Parameters: map[string]any{"duration": json.Number("5")}}, `workload.duration: must be a duration such as "250ms" from 0s to 1h; got 5`},
		{aurea.Workload{Kind: "sleep", Parameters: map[string]any{"jitter": json.Number("1.5")}}, `workload.jitter: must be a number from 0 to 1; got 1.5`},
		{aurea.Workload{Kind: "sleep", Parameters: map[string]any{"duraton": "1s"}}, `workload.duraton: is not a field; did you mean duration?`},
		{aurea.Workload{Kind: "sleep", Parameters: map[string]any{"jitter": json.Number("0.1"), "distribution": "pareto"}}, `workload.jitter: cannot stand together with a distribution; give one of them`},
		{aurea.Workload{Kind: "noop", Parameters: map[string]any{"duration": "1s"}}, `workload.duration: is not a field`},
	}
	for _, test := range tests {
		err := check(Policy{}, aurea.Plan{Workload: test.workload})
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
		w.Delay(job)
		job++
	}
}
