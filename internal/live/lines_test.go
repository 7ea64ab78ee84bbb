package live

import (
	"fmt"
	"math"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/aurea-orchestrator/aurea"
)

// decode decodes a spec.
func decode(t testing.TB, text string) aurea.Spec {
	t.Helper()
	spec, err := aurea.DecodeSpec([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return spec
}

// sample is a run in its middle. Everything that a view shows of it is known.
func sample(t testing.TB) State {
	spec := decode(t, `{"name": "checkout", "rate": 500, "arrival": "poisson", "concurrency": 100, "duration": "40s",
		"workload": {"kind": "http", "url": "http://localhost:8080/order", "method": "POST"},
		"thresholds": ["p99 < 250ms", "error_rate < 0.1%", "parts.search.p99 < 1s"]}`)
	s := State{Keys: true}
	for second := range 30 {
		wave := math.Sin(float64(second) / 3)
		s.Add(aurea.Run{ID: "benchmark-1", Status: aurea.StatusRunning, Spec: spec, Progress: &aurea.RunProgress{
			Elapsed: float64(second + 1), Remaining: float64(39 - second), Started: int64(500*(second+1) + int(20*wave)),
			OK: int64(497 * (second + 1)), Failed: int64(second / 2), InFlight: int64(23 + 8*wave), Throughput: 497,
			P50: 0.0123 + 0.004*wave, P99: 0.0481 + 0.02*wave, Phase: aurea.PhaseRunning, PhaseLeft: float64(39 - second),
			SoFar: &aurea.SoFar{Seed: 42, Target: 500, Limit: 100, DelayP99: 0.000112 + 0.00005*wave,
				Errors: []aurea.ErrorSoFar{{Class: "status_503", Count: 10}, {Class: "timeout", Count: 4}}, Dropped: 3,
				Thresholds: []aurea.ThresholdCheck{{Expression: "p99 < 250ms", Value: 0.0481, OK: true},
					{Expression: "error_rate < 0.1%", Value: 0.0011}, {Expression: "parts.search.p99 < 1s", NoData: true}},
				Parts: []aurea.PartSoFar{{Name: "buy", OK: 4000, Failed: 14, P99: 0.06}, {Name: "search", OK: 10910, P99: 0.04}},
				Latency: []aurea.Bucket{{UpTo: 0.005, Count: 74}, {UpTo: 0.0077, Count: 1170}, {UpTo: 0.0119, Count: 5308},
					{UpTo: 0.0183, Count: 4896}, {UpTo: 0.0282, Count: 2210}, {UpTo: 0.0434, Count: 990},
					{UpTo: 0.0669, Count: 187}, {UpTo: 1.03, Count: 75}},
				Time: []aurea.TimeSoFar{{Name: "delay", Share: 0.008, Mean: 0.000106, P99: 0.0002},
					{Name: "connect", Share: 0.021, Mean: 0.000284, P99: 0.001},
					{Name: "wait", Share: 0.91, Mean: 0.0119, P99: 0.04}, {Name: "read", Share: 0.061, Mean: 0.0008, P99: 0.003}},
			},
		}})
	}
	s.Age = 400 * time.Millisecond
	return s
}

// text returns lines as they are in a golden file.
func text(lines []Line) string {
	var all strings.Builder
	for _, line := range lines {
		all.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	return all.String()
}

// The view of one run in terminals of several sizes. AUREA_UPDATE=1 writes the
// pictures anew.
func TestLines(t *testing.T) {
	for _, size := range []struct{ width, height int }{{60, 24}, {60, 40}, {80, 24}, {80, 50}, {200, 50}, {80, 12}} {
		name := fmt.Sprintf("testdata/%dx%d.txt", size.width, size.height)
		got := text(Lines(sample(t), size.width, size.height))
		if os.Getenv("AUREA_UPDATE") != "" {
			if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// The view of any run stays within the terminal, and prints no control
// character.
func TestLinesFit(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		width, height := rapid.IntRange(MinWidth, 250).Draw(rt, "width"), rapid.IntRange(1, 80).Draw(rt, "height")
		s := anyState(rt, sample(t))
		lines := Lines(s, width, height)
		if len(lines) > max(height-1, 1) {
			rt.Fatalf("%d lines in a terminal of %d", len(lines), height)
		}
		for _, line := range lines {
			if n := line.cells(); n > width {
				rt.Fatalf("a line of %d cells in a terminal of %d: %q", n, width, line.String())
			}
			if strings.ContainsAny(line.String(), "\x1b\n\r\t\x7f") {
				rt.Fatalf("a control character in %q", line.String())
			}
		}
	})
}

// anyState changes a state at random.
func anyState(t *rapid.T, s State) State {
	hostile := rapid.SampledFrom([]string{"", "checkout", "a\x1b[2Jb\nc", strings.Repeat("long ", 40), "日本語", "\xff"})
	s.Run.Spec.Name = hostile.Draw(t, "name")
	s.Keys, s.Help, s.Ending = rapid.Bool().Draw(t, "keys"), rapid.Bool().Draw(t, "help"), rapid.Bool().Draw(t, "ending")
	s.Message = rapid.SampledFrom([]string{"", "rate 100 to 110", strings.Repeat("m", 300)}).Draw(t, "message")
	s.Run.Status = rapid.SampledFrom(aurea.Statuses()).Draw(t, "status")
	s.Run.QueuePosition = rapid.IntRange(0, 9).Draw(t, "position")
	s.History = s.History[:rapid.IntRange(0, len(s.History)).Draw(t, "history")]
	if rapid.Bool().Draw(t, "new") {
		s.Run.Progress = nil
		return s
	}
	p := *s.Run.Progress
	s.Run.Progress = &p
	big := rapid.Int64Range(0, 1<<60)
	p.OK, p.Failed, p.InFlight = big.Draw(t, "ok"), big.Draw(t, "failed"), big.Draw(t, "in flight")
	p.Phase = rapid.SampledFrom([]aurea.Phase{aurea.PhaseWaiting, aurea.PhaseWarmup, aurea.PhaseRunning, aurea.PhasePaused,
		aurea.PhaseDraining, aurea.PhaseStopping}).Draw(t, "phase")
	p.Activity = hostile.Draw(t, "activity")
	seconds := rapid.SampledFrom([]float64{0, 1e-9, 0.5, 12, 1e5, 1e12})
	p.Elapsed, p.Remaining, p.PhaseLeft = seconds.Draw(t, "elapsed"), seconds.Draw(t, "remaining"), seconds.Draw(t, "left")
	if rapid.Bool().Draw(t, "measured") {
		so := *p.SoFar
		p.SoFar = &so
		so.Parts = append([]aurea.PartSoFar{{Name: hostile.Draw(t, "part"), Failed: 7}}, so.Parts...)
		so.Errors = append([]aurea.ErrorSoFar{{Class: hostile.Draw(t, "class"), Count: 9}}, so.Errors...)
		so.Time = append([]aurea.TimeSoFar{{Name: hostile.Draw(t, "spent"), Share: seconds.Draw(t, "share")}}, so.Time...)
		state := rapid.SampledFrom([]string{aurea.ScenarioWaiting, aurea.ScenarioRunning, aurea.ScenarioEnded})
		for range rapid.IntRange(0, 20).Draw(t, "scenarios") {
			so.Scenarios = append(so.Scenarios, aurea.ScenarioSoFar{
				Name: hostile.Draw(t, "scenario"), State: state.Draw(t, "state"),
				OK: big.Draw(t, "its ok"), Failed: big.Draw(t, "its failed"), InFlight: big.Draw(t, "its in flight"),
				Throughput: seconds.Draw(t, "its rate"), P99: seconds.Draw(t, "its p99"),
				Thresholds: so.Thresholds[:rapid.IntRange(0, len(so.Thresholds)).Draw(t, "its thresholds")],
			})
		}
		for range rapid.IntRange(0, 50).Draw(t, "thresholds") {
			so.Thresholds = append(so.Thresholds, so.Thresholds[rapid.IntRange(0, 2).Draw(t, "which")])
		}
	} else {
		p.SoFar = nil
	}
	return s
}
