package cluster

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/platform"
	"github.com/aurea-orchestrator/aurea/internal/workload"
)

// Many workers are prepared, started, merged and finished, with every job of
// every worker in the result, and nothing of a second run stays with the server:
// the first one makes the client listen to replies.
func TestManyWorkers(t *testing.T) {
	const n, seconds = 200, 2
	dispatcher := startCoordinator(t, n)
	executeSimulated(t, dispatcher, n, 1, func(aurea.Progress) {})
	before := dispatcher.Conn.NumSubscriptions()
	m := executeSimulated(t, dispatcher, n, seconds, func(aurea.Progress) {})

	equal(t, "the result", m.Tally, newFakeExecutor().tally(n*seconds))
	if ended := len(m.Workers.Of); ended != n {
		t.Errorf("%d workers took part, want %d", ended, n)
	}
	for _, w := range m.Workers.Of {
		if w.State != aurea.WorkerEnded || w.Counts.OK != seconds*jobsPerInterval {
			t.Errorf("%s is %s with %d jobs, want them all", w.Name, w.State, w.Counts.OK)
		}
	}
	if got := dispatcher.Conn.NumSubscriptions(); got != before {
		t.Errorf("the server has %d subscriptions after the run, want %d", got, before)
	}
}

// What a run of many workers takes a server. Its figures, beside the time:
//
//	ms-to-start   from the request to the run's start
//	ms-to-result  from the run's end to its result
//	core-%        share of one core while the run is steady
//	idle-core-%   the same without a run
//	us/report     CPU of the server for one report
//	MB            most resident memory of the server
//
// The workers are a process of their own; their CPU is not counted. A machine with
// few cores delays the server with it.
func BenchmarkManyWorkers(b *testing.B) {
	for _, n := range []int{250, 500, 1000, 2000} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			runtime.GC()
			debug.FreeOSMemory()
			dispatcher := startCoordinator(b, n)
			idle := measureCPU()
			time.Sleep(3 * helloEvery / 2)
			idleShare := idle.share()
			for b.Loop() {
				benchmarkRun(b, dispatcher, n)
			}
			b.ReportMetric(100*idleShare, "idle-core-%")
			b.ReportMetric(peakMemory(b), "MB")
		})
	}
}

// benchmarkRun executes one run and reports its figures.
func benchmarkRun(b *testing.B, dispatcher *Dispatcher, n int) {
	const seconds = 5
	var steady cpuMeter
	var share float64
	requested := time.Now()
	m := executeSimulated(b, dispatcher, n, seconds, func(p aurea.Progress) {
		switch p.Elapsed {
		case ReportInterval:
			steady = measureCPU()
		case (seconds - 1) * ReportInterval:
			share = steady.share()
		}
	})
	ended := time.Since(m.Start.Add(m.Duration))
	if want := int64(n * seconds * jobsPerInterval); m.Tally.OK != want || m.Tally.Planned != want {
		b.Fatalf("%d of %d jobs are in the result, want %d", m.Tally.OK, m.Tally.Planned, want)
	}
	b.ReportMetric(float64(m.Start.Sub(requested).Milliseconds()), "ms-to-start")
	b.ReportMetric(float64(ended.Milliseconds()), "ms-to-result")
	b.ReportMetric(100*share, "core-%")
	b.ReportMetric(1e6*share/float64(n), "us/report")
}

// startCoordinator starts a NATS server and a dispatcher in this process and n
// simulated workers in another.
func startCoordinator(t testing.TB, n int) *Dispatcher {
	t.Helper()
	embedded := listen(t, EmbedOptions{})
	conn := serverConn(t, embedded)
	registry := NewRegistry(conn, RegistryOptions{Version: "test", GoArch: runtime.GOARCH, Log: quiet()})
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() {
		if err := registry.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() { cancel(); running.Wait() })
	startSimulated(t, n, embedded.URL())
	awaitRegistered(t, registry, n)
	return NewDispatcher(DispatcherOptions{Conn: conn, Registry: registry, Resolver: newFakeExecutor(), Log: quiet()})
}

// awaitRegistered waits until the registry knows n workers.
func awaitRegistered(t testing.TB, registry *Registry, n int) {
	t.Helper()
	timeout := time.After(30 * time.Second)
	for {
		changed := registry.Changed()
		if len(registry.Available(nil)) == n {
			return
		}
		select {
		case <-changed:
			time.Sleep(10 * time.Millisecond) // others say hello meanwhile
		case <-timeout:
			t.Fatalf("%d workers are ready, want %d", len(registry.Available(nil)), n)
		}
	}
}

// executeSimulated executes a run in which each of n workers reports
// jobsPerInterval jobs a second.
func executeSimulated(
	t testing.TB, dispatcher *Dispatcher, n, seconds int, observe func(aurea.Progress),
) aurea.Measurement {
	t.Helper()
	plan := decodePlan(t, fmt.Sprintf(`{"num_jobs": %d, "concurrency": %d}`, n*seconds*jobsPerInterval, n))
	m, err := dispatcher.Execute(context.Background(), plan, new(workload.Resolved), nil, observe)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// A cpuMeter measures the CPU time of this process from a moment on.
type cpuMeter struct {
	at   time.Time
	used time.Duration
}

func measureCPU() cpuMeter { return cpuMeter{time.Now(), platform.ProcessCPU()} }

// share returns the share of one core.
func (c cpuMeter) share() float64 {
	return (platform.ProcessCPU() - c.used).Seconds() / time.Since(c.at).Seconds()
}

// peakMemory returns the most resident memory of this process in MB, 0 where the
// system does not tell.
func peakMemory(b *testing.B) float64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	_, after, _ := strings.Cut(string(status), "\nVmHWM:")
	kilobytes, _, _ := strings.Cut(strings.TrimSpace(after), " ")
	n, err := strconv.ParseFloat(kilobytes, 64)
	if err != nil {
		b.Fatal(err)
	}
	return n * 1024 / 1e6
}
