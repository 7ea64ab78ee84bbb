package main

import (
	"bytes"
	"testing"
)

func TestFigure(t *testing.T) {
	for want, f := range map[string]figure{
		"| a | ≤ 5 ms | **3 ms** (1 ms … 9 ms) | yes, 2 of 3 |": {what: "a", unit: "ms", scale: 1e3, target: atMost(5e-3),
			values: []float64{9e-3, 1e-3, 3e-3}},
		"| b | ≥ 0.95 | **0.9** (0.8 … 1) | no, 1 of 2 |": {what: "b", scale: 1, target: atLeast(0.95),
			values: []float64{1, 0.8}},
		"| c | – | **2000 MB** (2000 MB … 2000 MB) | – |": {what: "c", unit: "MB", scale: 1e-6, values: []float64{2e9}},
	} {
		if got := f.String(); got != want {
			t.Errorf("a row is %q, want %q", got, want)
		}
	}
}

// The start of a worker's last shard is read to the nanosecond.
func TestLastStart(t *testing.T) {
	p := &process{log: *bytes.NewBufferString(
		`level=DEBUG msg="the shard starts" exec=A at=2026-11-28T22:10:01.000000001Z` + "\n" +
			`level=DEBUG msg="the shard starts" exec=B at=2026-11-28T22:10:02.123456789Z` + "\n" +
			`level=DEBUG msg=other` + "\n")}
	at, err := p.lastStart()
	if err != nil || at.Nanosecond() != 123456789 {
		t.Errorf("the start is %s, %v", at, err)
	}
	if _, err := new(process).lastStart(); err == nil {
		t.Error("a log without a start: no error")
	}
}
