package workload

import (
	"sync"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/param"
)

// Station is a queue in front of servers, as in queueing theory. Its measured
// results can be compared with closed forms: M/M/c, M/D/1, M/G/1.
var Station = Kind{
	Kind: aurea.Kind{
		Name: "station",
		Doc:  "queues for one of a few servers and is served, first come, first served, as in queueing theory",
		Parameters: withShape([]param.Parameter{
			{
				Name: "servers", Type: param.Integer, Min: 1, Max: 10_000, Default: int64(1),
				Doc: "how many jobs are served at once",
			},
			{
				Name: "service", Type: param.Duration, Max: aurea.MaxJobDuration.Seconds(),
				Default: 10 * time.Millisecond,
				Doc:     "how long a job is served, on average, once its turn has come",
			},
			{
				Name: "distribution", Type: param.Text, Options: distributionNames(), Default: "exponential",
				Doc: "how that varies from job to job",
			},
		}...),
		Whole: true,
	},
	Resolve: func(v param.Values, scope Scope) (Resolved, error) {
		service := newDistribution(v.Text("distribution"), v.Duration("service"), shapeOf(v))
		return Delays(func() Delayer {
			return &stationQueue{
				draws:   aurea.NewStream(scope.Seed, aurea.StreamJobs),
				service: service,
				busy:    make([]time.Duration, v.Integer("servers")),
				entered: map[int64]time.Duration{},
			}
		}), nil
	},
}

// A stationQueue is the station of one run. The jobs of all event loops use it,
// so it has a lock. At a million jobs a second, the lock would be measured.
type stationQueue struct {
	draws   aurea.Stream
	service distribution

	mu      sync.Mutex
	busy    []time.Duration // until when each server is busy; a heap with the earliest on top
	entered map[int64]time.Duration
}

// Enter adds a job at the given time. The first free server serves it, and
// stays busy for the service time even if the job gives up.
func (q *stationQueue) Enter(job int64, at time.Duration) {
	served := q.service(q.draws.Uniform(job))
	q.mu.Lock()
	defer q.mu.Unlock()
	end := max(at, q.busy[0]) + served
	q.busy[0] = end
	q.siftDown()
	q.entered[job] = end - at
}

// Leave removes a job.
func (q *stationQueue) Leave(job int64) {
	q.mu.Lock()
	defer q.mu.Unlock()
	delete(q.entered, job)
}

// Delay returns the delay that Enter computed.
func (q *stationQueue) Delay(job int64) time.Duration {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.entered[job]
}

// MaxDelay has no bound: a queue may grow as long as jobs come.
func (q *stationQueue) MaxDelay() time.Duration { return time.Duration(aurea.Forever) }

// siftDown restores the heap after the server on top has changed.
func (q *stationQueue) siftDown() {
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
