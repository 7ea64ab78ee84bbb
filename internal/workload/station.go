package workload

import (
	"sync"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/param"
)

// station is a queue in front of servers, as queueing theory has it. What is
// measured on it can be held against closed forms: M/M/c, M/D/1, M/G/1.
var station = kind{
	Kind: aurea.Kind{
		Name: "station",
		Doc:  "queues for one of a few servers and is served, first come, first served, as in queueing theory",
		Parameters: withShape([]param.Parameter{
			{Name: "servers", Type: param.Integer, Min: 1, Max: 10_000, Default: int64(1), Doc: "how many jobs are served at once"},
			{Name: "service", Type: param.Duration, Max: aurea.MaxJobDuration.Seconds(), Default: 10 * time.Millisecond, Doc: "how long a job is served, on average, once its turn has come"},
			{Name: "distribution", Type: param.Text, Options: distributionNames(), Default: "exponential", Doc: "how that varies from job to job"},
		}...),
	},
	waits: func(values map[string]any, seed uint64) Waiter {
		return &queue{
			draws:   aurea.NewStream(seed, aurea.StreamJobs),
			service: newDistribution(values["distribution"].(string), values["service"].(time.Duration), shapeOf(values)),
			busy:    make([]time.Duration, values["servers"].(int64)),
			entered: map[int64]time.Duration{},
		}
	},
}

// A queue is the station of one run. Jobs of all event loops use it, so it has a
// lock; a run that wants a million jobs a second measures something else.
type queue struct {
	draws   aurea.Stream
	service distribution

	mu      sync.Mutex
	busy    []time.Duration // until when each server is, a heap with the first to be free on top
	entered map[int64]time.Duration
}

// Enter has a job queue from the given moment. It is served by whoever is free
// first, and holds that server for its service time even if it gives up.
func (q *queue) Enter(job int64, at time.Duration) {
	served := q.service(q.draws.Uniform(job))
	q.mu.Lock()
	defer q.mu.Unlock()
	end := max(at, q.busy[0]) + served
	q.busy[0] = end
	q.sink()
	q.entered[job] = end - at
}

// Leave forgets a job.
func (q *queue) Leave(job int64) {
	q.mu.Lock()
	defer q.mu.Unlock()
	delete(q.entered, job)
}

// Wait is what Enter said of a job that has not left.
func (q *queue) Wait(job int64) time.Duration {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.entered[job]
}

// Longest has no bound: a queue may grow as long as jobs come.
func (q *queue) Longest() time.Duration { return time.Duration(aurea.Forever) }

// sink puts the server on top of the heap where it belongs.
func (q *queue) sink() {
	for i := 0; ; {
		child := 2*i + 1
		if child >= len(q.busy) {
			return
		}
		if right := child + 1; right < len(q.busy) && q.busy[right] < q.busy[child] {
			child = right
		}
		if q.busy[i] <= q.busy[child] {
			return
		}
		q.busy[i], q.busy[child] = q.busy[child], q.busy[i]
		i = child
	}
}
