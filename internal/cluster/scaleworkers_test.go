package cluster

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/files"
	"github.com/aurea-orchestrator/aurea/internal/workload"
)

// simulateEnv makes the test's binary a process of simulated workers: its value
// is their number and the URL of their NATS server.
const simulateEnv = "AUREA_SIMULATED_WORKERS"

// jobsPerInterval is how many jobs a simulated worker reports in an interval.
const jobsPerInterval = 1000

// startSimulated starts a process of n workers. Each has a connection of its own
// and reports jobs that it does not run. The process ends with the test.
func startSimulated(t testing.TB, n int, url string) {
	t.Helper()
	command := exec.Command(os.Args[0], "-test.run=^$")
	command.Env = append(os.Environ(), fmt.Sprintf("%s=%d %s", simulateEnv, n, url))
	command.Stderr = os.Stderr
	stdin, err := command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = stdin.Close() // it ends the process
		if err := command.Wait(); err != nil {
			t.Errorf("the simulated workers: %v", err)
		}
	})
}

// simulate runs the workers that the value of simulateEnv describes, until this
// process's standard input is closed.
func simulate(value string) error {
	var n int
	var url string
	if _, err := fmt.Sscan(value, &n, &url); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin) // it ends with the process that reads the results
		cancel()
	}()
	executor := newFakeExecutor()
	errs := make(chan error, n)
	var workers sync.WaitGroup
	for i := range n {
		conn, err := Connect(ctx, ConnectOptions{URL: url, Role: RoleWorker, ID: simulatedID(i), Log: quiet()})
		if err != nil {
			return err
		}
		defer conn.Close()
		worker := NewWorker(conn, WorkerOptions{Hello: simulatedHello(i), Executor: executor, Log: quiet()})
		workers.Go(func() { errs <- worker.Run(ctx) })
	}
	workers.Wait()
	close(errs)
	for err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func simulatedID(i int) string { return fmt.Sprintf("SIMULATEDWORKER%011d", i) }

func simulatedHello(i int) Hello {
	return Hello{
		ID: simulatedID(i), Name: fmt.Sprintf("worker-%04d", i), Labels: map[string]string{"zone": "a"},
		Protocol: Protocol, Version: "test", GoArch: runtime.GOARCH, Boot: strings.Repeat("b", 36), Host: "simulated",
		Environment: aurea.Environment{CPU: "simulated", Cores: 1, OS: "linux", Digest: "0123456789abcdef"},
		Weight:      1,
	}
}

// A fakeExecutor reports jobs that it does not run: every interval the same, as
// many as jobsPerInterval, with exponential latencies. Thousands of workers
// share one, and its tallies.
type fakeExecutor struct {
	interval *aurea.Tally
	totals   *sync.Map // *aurea.Tally of a number of intervals, for those who only read it
}

func newFakeExecutor() fakeExecutor {
	draw := rand.New(rand.NewPCG(1, 2))
	interval := aurea.NewTally()
	for range jobsPerInterval {
		took := time.Duration(draw.ExpFloat64() * float64(20*time.Millisecond))
		interval.Started++
		interval.End(aurea.OK, 0, 0, took)
	}
	return fakeExecutor{interval, new(sync.Map)}
}

// tally returns the tally of a number of intervals.
func (f fakeExecutor) tally(intervals int64) *aurea.Tally {
	tally := aurea.NewTally()
	for range intervals {
		tally.Merge(f.interval)
	}
	tally.Planned = tally.Started
	return tally
}

func (f fakeExecutor) Resolve(plan aurea.Plan) (*workload.Resolved, error) {
	return f.ResolveWith(plan, files.Source{})
}

func (f fakeExecutor) ResolveWith(aurea.Plan, files.Source) (*workload.Resolved, error) {
	return new(workload.Resolved), nil
}

func (f fakeExecutor) ExecuteAt(
	ctx context.Context, plan aurea.Plan, _ *workload.Resolved, ready func(context.Context) (aurea.Start, error),
	_ <-chan aurea.Command, observe func(aurea.Progress),
) (aurea.Measurement, error) {
	start, err := ready(ctx)
	if err != nil {
		return aurea.Measurement{}, err
	}
	intervals := plan.Jobs / jobsPerInterval
	m := aurea.Measurement{MaxInFlight: 1, Warmup: aurea.NewTally()}
	for n := int64(1); n <= intervals; n++ {
		m.Duration = time.Duration(n) * ReportInterval
		if !sleep(ctx, time.Until(start.At.Add(m.Duration))) {
			return aurea.Measurement{}, context.Cause(ctx)
		}
		observe(aurea.Progress{Elapsed: m.Duration, Length: ReportInterval, InFlight: 1, Judged: f.interval})
	}
	total, known := f.totals.Load(intervals)
	if !known {
		total, _ = f.totals.LoadOrStore(intervals, f.tally(intervals))
	}
	m.Tally = total.(*aurea.Tally)
	return m, nil
}
