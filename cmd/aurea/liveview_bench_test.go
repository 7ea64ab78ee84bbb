package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"testing"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/aureatest"
	"github.com/aurea-orchestrator/aurea/internal/platform/platformtest"
)

// BenchmarkLiveView measures what the live view costs a run whose jobs do nothing.
// An iteration is 240 runs of a second on a terminal, with the view and without in
// turns. The metric is the throughput with the view by that without: 1 is no cost,
// the goal is 0.98. Beside it stand the limits of its 95 % interval.
func BenchmarkLiveView(b *testing.B) {
	binary := aureatest.Binary(b)
	for b.Loop() {
		aureatest.MeasureRatio(60,
			func() float64 { return noopThroughput(b, binary) },
			func() float64 { return noopThroughput(b, binary, "--quiet") },
		).Report(b, "view/quiet")
	}
}

// noopThroughput runs noop jobs for a second on a terminal and returns how
// many ended a second.
func noopThroughput(b *testing.B, binary string, args ...string) float64 {
	b.Helper()
	terminal := platformtest.OpenTerminal(b, 120, 40)
	var result bytes.Buffer
	command := exec.CommandContext(b.Context(), binary, append([]string{"run", "--workload", "noop", "--duration", "1s",
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
