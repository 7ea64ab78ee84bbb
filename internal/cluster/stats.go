package cluster

import (
	"sync"
	"sync/atomic"

	"github.com/aurea-orchestrator/aurea"
)

// dispatcherStats are what a dispatcher has counted since it was made.
type dispatcherStats struct {
	lost                   atomic.Int64
	folded, again, refused atomic.Int64

	mu   sync.Mutex
	exec string              // the execution that live is about
	live []aurea.WorkerStats // its first members
}

// count counts a report by what became of it.
func (s *dispatcherStats) count(outcome Outcome) {
	switch outcome {
	case Folded:
		s.folded.Add(1)
	case Again:
		s.again.Add(1)
	default:
		s.refused.Add(1)
	}
}

// begin lists the members of an execution that begins. If several run at once,
// the last one is shown.
func (s *dispatcherStats) begin(exec string, members []*member) {
	live := make([]aurea.WorkerStats, min(len(members), aurea.MaxWorkerStats))
	for i := range live {
		live[i] = aurea.WorkerStats{ID: members[i].Worker.ID, Name: members[i].Worker.Name}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.exec, s.live = exec, live
}

// end forgets the members of an execution.
func (s *dispatcherStats) end(exec string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.exec == exec {
		s.exec, s.live = "", nil
	}
}

// observe keeps what a member reported of its last interval.
func (s *dispatcherStats) observe(exec string, index int, r *Report) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.exec != exec || index >= len(s.live) || r.Length <= 0 {
		return // a piece of the breakdown has no interval
	}
	of := &s.live[index]
	of.Throughput, of.CPU = float64(r.Judged.OK)/r.Length.Seconds(), r.CPU
	of.DelayP99 = r.Judged.Delay.Quantile(0.99).Seconds()
}

// Stats returns the numbers of the dispatcher's workers. It may be called
// concurrently with runs.
func (d *Dispatcher) Stats() aurea.WorkersStats {
	stats := aurea.WorkersStats{
		Connected: d.Conn.IsConnected(),
		States:    map[aurea.WorkerState]int{},
		Ignored:   d.Registry.Garbage(),
		Lost:      d.stats.lost.Load(),
		Reports: map[string]int64{
			string(Folded):  d.stats.folded.Load(),
			string(Again):   d.stats.again.Load(),
			string(Refused): d.stats.refused.Load(),
		},
	}
	for _, worker := range d.Registry.Workers() {
		stats.States[worker.State]++
	}
	d.stats.mu.Lock()
	defer d.stats.mu.Unlock()
	stats.Of = append(stats.Of, d.stats.live...)
	return stats
}
