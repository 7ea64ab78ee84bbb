package aurea

import (
	"math"
	"sort"
	"time"
)

// A Schedule computes when the jobs of an open plan should start. It is a pure
// function of the plan: every shard, event loop and machine gets the same
// answers. With constant arrivals job k is due when the integral of the rate
// reaches k. With Poisson arrivals it is due when the integral reaches the sum
// of k+1 draws of an exponential law with mean 1 (time rescaling: Çinlar,
// "Introduction to Stochastic Processes", 1975, §4.7). With a replay it is due when
// the integral reaches its value at the job's recorded moment.
//
// A Schedule keeps its position, so it is not safe for concurrent use: each
// goroutine has its own.
type Schedule struct {
	plan    Plan
	first   int64 // of a strided deal: job i has the number first + i·stride
	stride  int64 // 0 if the deal is not strided
	poisson bool
	draws   Stream
	next    int64   // the first job whose gap is not in sum yet
	sum     float64 // sum of the gaps before next
}

// NewSchedule returns the schedule of an open plan, positioned at its
// beginning.
func NewSchedule(plan Plan) *Schedule {
	s := &Schedule{plan: plan, poisson: plan.Spec.Arrival == "poisson", draws: NewStream(plan.Seed, StreamArrivals)}
	if first, stride, ok := plan.Deal.Strided(); ok {
		s.first, s.stride = first, stride
	}
	return s
}

// Start returns when the plan's i-th job should start, since the run began.
// Calls must not go back: i is at least that of the previous call. Start
// returns Forever from the end of the profile on.
func (s *Schedule) Start(i int64) time.Duration { return s.plan.Due(s.Cumulative(i)) }

// Cumulative returns the value of the rate's integral at which the plan's i-th
// job is due. It stays the same when the rate changes during the run. Calls
// must not go back.
func (s *Schedule) Cumulative(i int64) float64 {
	job := s.first + i*s.stride
	if s.stride == 0 {
		job = s.plan.Deal.Job(i)
	}
	if s.plan.Moments != nil {
		return s.plan.Moments.of(job)
	}
	if !s.poisson {
		return float64(job)
	}
	for ; s.next <= job; s.next++ {
		s.sum -= math.Log1p(-s.draws.Uniform(s.next))
	}
	return s.sum
}

// Due returns when a job of an open plan should start, since the run began. The
// job is given by its Schedule.Cumulative value.
func (p *Plan) Due(cumulative float64) time.Duration {
	return secondsToDuration(p.Rate.InverseArea(cumulative))
}

// DueBefore returns how many of the plan's jobs should start before t.
func (s *Schedule) DueBefore(t time.Duration) int64 {
	if s.plan.Jobs == 0 {
		return 0
	}
	if s.plan.Moments != nil {
		return int64(sort.Search(int(s.plan.Jobs), func(i int) bool { return s.Start(int64(i)) >= t }))
	}
	if s.poisson {
		var n int64
		for n < s.plan.Jobs && s.Start(n) < t {
			n++
		}
		return n
	}
	whole := int64(math.Ceil(s.plan.Rate.Area(t.Seconds())))
	n := s.plan.Deal.JobsBelow(whole)
	// Area and InverseArea may differ by rounding at the boundary.
	for n > 0 && s.Start(n-1) >= t {
		n--
	}
	for s.Start(n) < t {
		n++
	}
	return min(n, s.plan.Jobs)
}

// FirstDue returns when the plan's first job should start, since the run began:
// by the schedule of an open plan, or when the level of a closed one rises to
// 1. It is Forever if no job is due.
func (p Plan) FirstDue() time.Duration {
	if p.Jobs == 0 || p.Concurrency == 0 {
		return time.Duration(Forever)
	}
	if p.Open() {
		return NewSchedule(p).Start(0)
	}
	var t float64
	for p.LevelAt(t) < 1 {
		next := p.Level.NextRise(t)
		if math.IsInf(next, 1) {
			return time.Duration(Forever)
		}
		t = max(next, math.Nextafter(t, next+1)) // rounding must not stop it
	}
	return secondsToDuration(t)
}
