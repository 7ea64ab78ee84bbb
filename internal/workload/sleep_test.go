package workload

import (
	"encoding/json"
	"math"
	"testing"
	"time"
)

// openSleep returns the delays of sleep jobs.
func openSleep(t testing.TB, parameters map[string]any, seed uint64) Delayer {
	t.Helper()
	return open(t, Policy{}, "sleep", parameters, seed).Delayer
}

func TestSleepWithoutJitterIsExact(t *testing.T) {
	w := openSleep(t, map[string]any{"duration": "70ms"}, 1)
	for job := range int64(100) {
		if got := w.Delay(job); got != 70*time.Millisecond {
			t.Fatalf("job %d waits %v, want 70ms", job, got)
		}
	}
}

func TestSleepFromADistribution(t *testing.T) {
	w := openSleep(t, map[string]any{
		"duration": "28ms", "distribution": "bimodal",
		"slow_share": json.Number("0.1"), "slow_factor": json.Number("5"),
	}, 1)
	slow := 0
	for job := range int64(1000) {
		switch wait := w.Delay(job); {
		case wait >= w.MaxDelay():
			slow++
		case wait.Round(time.Microsecond) != 20*time.Millisecond:
			t.Fatalf("job %d waits %v, want 20ms or 100ms", job, wait)
		}
	}
	if slow < 70 || slow > 130 {
		t.Errorf("%d of 1000 jobs are slow, want about 100", slow)
	}
	if longest := w.MaxDelay().Round(time.Microsecond); longest != 100*time.Millisecond {
		t.Errorf("MaxDelay = %v, want 100ms", longest)
	}
}

// With a jitter, delays are uniform over [80, 120] ms: mean 100 ms, variance
// (40 ms)²/12, and a Kolmogorov–Smirnov distance to the uniform law below its
// 0.1 % point.
func TestSleepJitterIsUniform(t *testing.T) {
	w := openSleep(t, map[string]any{"duration": "100ms", "jitter": json.Number("0.2")}, 42)
	const n, bins = 100_000, 1000
	var counts [bins]int
	var sum, squares float64
	for job := range int64(n) {
		ms := w.Delay(job).Seconds() * 1000
		if ms < 80 || ms > 120 {
			t.Fatalf("job %d waits %v ms, want 80 to 120", job, ms)
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

// Another seed draws other delays.
func TestSleepDependsOnTheSeed(t *testing.T) {
	parameters := map[string]any{"duration": "100ms", "jitter": json.Number("0.5")}
	a, b := openSleep(t, parameters, 1), openSleep(t, parameters, 2)
	equal := 0
	for job := range int64(1000) {
		if a.Delay(job) == b.Delay(job) {
			equal++
		}
	}
	if equal > 2 {
		t.Errorf("%d of 1000 jobs have equal delays with two seeds", equal)
	}
}

func BenchmarkSleepWait(b *testing.B) {
	w := openSleep(b, map[string]any{"jitter": json.Number("0.2")}, 1)
	b.ReportAllocs()
	var job int64
	for b.Loop() {
		w.Delay(job)
		job++
	}
}
