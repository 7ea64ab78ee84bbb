package main

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestReadResult(t *testing.T) {
	const result = `{"name":"x","throughput":2.5e7,"delay":{"p50":1e-7,"p99":2e-7},"rate":{"target":1000,"achieved":999},` +
		`"cost":{"total":1,"pricing":{"per_second":0.001}},"validity":{"state":"degraded","reasons":[{"code":"steal"}]},` +
		`"environment":{"cores":2},"jobs":[{"cost":0.0001001},{"cost":0.0001002`
	s, err := readResult(strings.NewReader(result))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]float64{throughput: 2.5e7, delayP50: 1e-7, delayP99: 2e-7, deviation: 0.001}
	for name, figure := range want {
		if math.Abs(s.figures[name]-figure) > 1e-12 {
			t.Errorf("%s is %v, want %v", name, s.figures[name], figure)
		}
	}
	if s.machine.Cores != 2 {
		t.Errorf("the machine has %d cores, want 2", s.machine.Cores)
	}
	if !slices.Equal(s.reasons, []string{"steal"}) {
		t.Errorf("the reasons are %q, want steal", s.reasons)
	}

	s, err = overshoot("", 100*time.Millisecond).read(strings.NewReader(result + "}]}"))
	if err != nil {
		t.Fatal(err)
	}
	if got := s.figures[overshootP50]; math.Abs(got-200e-6) > 1e-12 {
		t.Errorf("overshoot is %v, want 200 µs", got)
	}
}

func TestReadBenchmark(t *testing.T) {
	s, err := readBenchmark(strings.NewReader("goos: linux\nBenchmarkX-2   \t 100\t  12.5 ns/op\t 8 B/op\t 1 " +
		"allocs/op\nPASS\n"))
	if err != nil {
		t.Fatal(err)
	}
	if s.figures[nanoseconds] != 12.5 || s.figures[allocations] != 1 {
		t.Errorf("got %v, want 12.5 ns and 1 allocation", s.figures)
	}
	if _, err := readBenchmark(strings.NewReader("PASS\nok\n")); err == nil {
		t.Error("no error without a benchmark")
	}
}

func TestRow(t *testing.T) {
	of := func(figures ...float64) (samples []sample) {
		for _, figure := range figures {
			samples = append(samples, sample{figures: map[string]float64{throughput: figure}})
		}
		return samples
	}
	c := claim{work: "w", figure: throughput, peer: "peer", target: atLeast(2), unit: times}
	got := c.row("Aurea", outcome{samples: map[string][]sample{"Aurea": of(3e6, 5e6, 3e6), "peer": of(1e6, 2e6, 2e6)}})
	if want := (row{"w", "≥ 2x", "**2.5x** (1.5x … 3x)", "3 M/s", "2 M/s", "yes, 2 of 3"}); got != want {
		t.Errorf("got  %v\nwant %v", got, want)
	}
	got = c.row("Aurea", outcome{samples: map[string][]sample{"Aurea": of(3e6)},
		missing: map[string]string{"peer": "gone"}})
	if want := (row{"w", "≥ 2x", "not measured", "3 M/s", "–", "–"}); got != want {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

// Every claim is about existing contenders and figures.
func TestExperiments(t *testing.T) {
	for _, e := range experiments {
		named := map[string]bool{"": true}
		for _, c := range e.contenders {
			named[c.name] = true
		}
		for _, c := range e.claims {
			if !named[c.peer] {
				t.Errorf("%s: %s is compared with an unknown contender %q", e.name, c.work, c.peer)
			}
			if units[c.figure] == nil || c.unit == nil {
				t.Errorf("%s: %s has no unit", e.name, c.work)
			}
		}
	}
}
