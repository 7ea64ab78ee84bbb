package server

import (
	"context"
	"fmt"
	"iter"
	"strings"
	"sync"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// degradedFake returns a fake whose runs have a series, a reason for doubt,
// workers and an error.
func degradedFake() fake {
	return fake{do: func(_ context.Context, spec aurea.Spec) (aurea.Run, error) {
		run := finished(spec)
		run.Result.Series = []aurea.Point{
			{T: 1, OK: 50, Throughput: 50, P99: 0.2}, {T: 2, Throughput: 0}, {T: 3, OK: 100, Throughput: 100, P99: 0.1},
			{T: 4, OK: 75, Throughput: 75, P99: 0.4},
		}
		run.Result.Validity = aurea.Validity{State: aurea.Degraded,
			Reasons: []aurea.Reason{{Code: "x", Message: "the generator was late", State: aurea.Degraded}}}
		run.Result.Workers = unlikeWorkers()
		run.Result.Warnings, run.Result.JobsNotListed = []string{"records are missing"}, 1234
		run.Result.Errors = []aurea.ErrorClass{{Class: "timeout", Count: 1234, Sample: strings.Repeat("unbroken", 40)}}
		return run, nil
	}}
}

// unlikeWorkers returns the workers of a result: a lost one, one with less
// memory, one with a limit and another kernel, and ten others, one of which has
// slightly less memory. Three more are not listed.
func unlikeWorkers() *aurea.Workers {
	w := &aurea.Workers{Count: 16, Lost: 1, LostShare: 0.25, Spread: 0.0012, Bound: 0.0001, Hosts: 16,
		Unlike: []string{"cgroup.cpu_limit", "kernel", "memory_bytes"},
		Rest:   &aurea.WorkerRemainder{Count: 3, Counts: aurea.Counts{OK: 30, Failed: 1}, Throughput: 3}}
	for i := range 13 {
		w.Of = append(w.Of, aurea.WorkerResult{
			ID: fmt.Sprint("ID", i), Name: fmt.Sprintf("worker-%02d", i), Host: "host", Cores: 2,
			State: aurea.WorkerEnded, Counts: aurea.Counts{OK: 100, Failed: 2, Timeout: 1}, Throughput: 100,
			Latency: aurea.WorkerQuantiles{P50: 0.1, P99: 0.2}, Delay: aurea.WorkerQuantiles{P99: 0.001}, CPU: 0.4321,
			Environment: &aurea.Environment{Kernel: "6.8", MemoryBytes: 8 << 30},
		})
	}
	w.Of[0].State, w.Of[0].Counts = aurea.WorkerLost, aurea.Counts{OK: 50, Lost: 1234}
	w.Of[0].Throughput, w.Of[0].CPU = 25, 0
	w.Of[1].Environment.MemoryBytes = 4 << 30
	w.Of[2].Environment.Kernel, w.Of[2].Environment.Cgroup.CPULimit = "6.1", 1.5
	w.Of[2].Counts = aurea.Counts{Dropped: 7}
	w.Of[3].Environment.MemoryBytes -= 40 << 20
	return w
}

// withWorkers sets the function that lists the workers.
func withWorkers(list func() []aurea.Worker) func(*Options) {
	return func(o *Options) { o.Workers = list }
}

// everyState returns a worker in each state, seen five seconds ago.
func everyState() []aurea.Worker {
	workers := []aurea.Worker{}
	for i, state := range aurea.WorkerStates() {
		worker := aurea.Worker{ID: fmt.Sprintf("ID%d", i), Name: "is-" + string(state), State: state, Version: "1.2.3",
			Arch: "amd64", Cores: i + 1, CPU: "Xeon <4>", Host: "host-" + strings.Repeat("long", 9), Bound: 0.000096,
			Labels:   map[string]string{"zone": "a", "disk": "nvme"},
			LastSeen: time.Now().Truncate(time.Second).Add(-5 * time.Second)}
		switch state {
		case aurea.WorkerRefused:
			worker.Reason, worker.Bound, worker.Labels = "it is version 1.2.2, this server 1.2.3", 0, nil
		case aurea.WorkerRunning:
			worker.Run = "benchmark-1"
		}
		workers = append(workers, worker)
	}
	return workers
}

// A scriptedUpdates yields the updates of a run one by one, each when the test
// sends it. A nil breaks the stream.
type scriptedUpdates struct {
	updates chan *aurea.Update

	mu    sync.Mutex
	after []int64 // where the watchers started
}

func (s *scriptedUpdates) watch(ctx context.Context, _ aurea.Run, after int64) iter.Seq2[aurea.Update, error] {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.after = append(s.after, after)
	return func(yield func(aurea.Update, error) bool) {
		for {
			select {
			case update := <-s.updates:
				if update == nil || !yield(*update, nil) || update.Kind == aurea.UpdateResult {
					return
				}
			case <-ctx.Done():
				return
			}
		}
	}
}
