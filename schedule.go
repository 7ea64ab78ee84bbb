package aurea

import (
	"math"
	"time"
)

// A Schedule tells when the jobs of an open plan should start. It is a pure
// function of the plan: every shard, lane and machine that asks gets the same
// answers. With constant arrivals job k is due when the integral of the rate
// reaches k; with Poisson arrivals, when it reaches the sum of k+1 draws of an
// exponential law with mean 1 (time rescaling: Çinlar, "Introduction to
// Stochastic Processes", 1975, §4.7).
//
// A Schedule remembers where it is; each goroutine has its own.
type Schedule struct {
	plan    Plan
	poisson bool
	draws   Stream
	next    int64   // the next job whose gap is not in sum yet
	sum     float64 // of the gaps before it
}

// NewSchedule returns the schedule of an open plan, at its beginning.
func NewSchedule(plan Plan) *Schedule {
	return &Schedule{plan: plan, poisson: plan.Spec.Arrival == "poisson", draws: NewStream(plan.Seed, StreamArrivals)}
}

// Start is when the plan's i-th job should start, since the run began. Calls
// must not go back: i is at least what it was before. From the end of the
// profile on it is Forever.
func (s *Schedule) Start(i int64) time.Duration { return s.plan.Due(s.Mark(i)) }

// Mark is what the integral of the rate reaches when the plan's i-th job should
// start. However the rate is changed on the way, it stays the same. Calls must
// not go back.
func (s *Schedule) Mark(i int64) float64 {
	job := s.plan.First + i*s.plan.Stride // unlike Plan.Job it copies no plan
	if !s.poisson {
		return float64(job)
	}
	for ; s.next <= job; s.next++ {
		s.sum -= math.Log1p(-s.draws.Uniform(s.next))
	}
	return s.sum
}

// Due is when a job of an open plan should start, by its mark, since the run
// began.
func (p *Plan) Due(mark float64) time.Duration { return secondsToDuration(p.Rate.Reach(mark)) }

// DueBefore is how many of the plan's jobs should start before t.
func (s *Schedule) DueBefore(t time.Duration) int64 {
	if s.poisson {
		var n int64
		for n < s.plan.Jobs && s.Start(n) < t {
			n++
		}
		return n
	}
	whole := int64(math.Ceil(s.plan.Rate.Area(t.Seconds())))
	n := max(part(whole, s.plan.First, s.plan.Stride), 0)
	// The area and its inverse may disagree by a rounding at the very end.
	for n > 0 && s.Start(n-1) >= t {
		n--
	}
	for s.Start(n) < t {
		n++
	}
	return min(n, s.plan.Jobs)
}
