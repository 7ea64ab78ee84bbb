package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"slices"
	"testing"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/aureatest"
	"github.com/aurea-orchestrator/aurea/internal/platform/platformtest"
)

// BenchmarkLiveView measures what the live view costs a run whose jobs do nothing.
// Each iteration is a pair of runs on a terminal, with the view and without, the
// first of the two in turns. The metric is the median of the pairs' throughputs,
// divided: 1 is no cost. The goal is 0.98.
func BenchmarkLiveView(b *testing.B) {
	binary := aureatest.Binary(b)
	var shares, rates []float64
	for first := true; b.Loop(); first = !first {
		var pair [2]float64 // with the view, and without
		for turn := range pair {
			with := (turn == 0) == first
			if with {
				pair[0] = noopThroughput(b, binary)
			} else {
				pair[1] = noopThroughput(b, binary, "--quiet")
			}
		}
		shares, rates = append(shares, pair[0]/pair[1]), append(rates, pair[0])
	}
	median := func(values []float64) float64 {
		slices.Sort(values)
		return values[len(values)/2]
	}
	b.ReportMetric(median(shares), "view/quiet")
	b.ReportMetric(median(rates)/1e6, "Mjobs/s")
}

// noopThroughput runs noop jobs for three seconds on a terminal and returns how
// many ended a second.
func noopThroughput(b *testing.B, binary string, args ...string) float64 {
	b.Helper()
	terminal := platformtest.OpenTerminal(b, 120, 40)
	var result bytes.Buffer
	command := exec.CommandContext(b.Context(), binary, append([]string{"run", "--workload", "noop", "--duration", "3s",
		"--concurrency", "2", "--threshold", "p99 < 1s", "-o", "json"}, args...)...)
	command.Env, command.Stdout = append(os.Environ(), "TERM=xterm-256color"), &result
	terminal.Start(command)
	if err := command.Wait(); err != nil {
		b.Fatal(err, terminal.Text())
	}
	var r aurea.Result
	if err := json.Unmarshal(result.Bytes(), &r); err != nil {
		b.Fatal(err)
	}
	return r.Throughput
}
