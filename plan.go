package aurea

import "math"

// A Plan is a spec resolved and seeded: what will be done, decided before any
// of it happens. It is a value; it can be sent to another machine, cut into
// shards, and executed again. The same plan has the same jobs with the same
// parameters and the same intended starts, whatever core or machine runs them.
//
// A plan's jobs are numbered First, First+Stride, First+2·Stride and so on.
type Plan struct {
	Spec        Spec     `json:"spec"`
	Workload    Workload `json:"workload"` // what a job does, from the spec or its default
	Seed        uint64   `json:"seed"`
	First       int64    `json:"first"`
	Stride      int64    `json:"stride"`          // ≥ 1
	Jobs        int64    `json:"jobs"`            // how many; Unbounded when only time ends the run
	Concurrency int64    `json:"concurrency"`     // most jobs in flight; ≥ 1 unless Jobs is 0
	Rate        Profile  `json:"rate,omitempty"`  // open model: jobs a second, of the whole plan
	Level       Profile  `json:"level,omitempty"` // closed model, ramped: jobs in flight, of the whole plan
	End         Duration `json:"end"`             // start no more jobs from here on; Forever when their number ends the run
	KeepJobs    bool     `json:"keep_jobs"`       // whether a record of every job is kept
	Trace       *Trace   `json:"trace,omitempty"` // what some jobs are traced as part of; nil when none is
}

const (
	// Unbounded is the Jobs of a plan that only time ends.
	Unbounded = int64(1) << 62
	// Forever is the End of a plan that only its jobs end.
	Forever = Duration(math.MaxInt64)
)

// NewPlan resolves a spec that DecodeSpec has accepted. seed is used when the
// spec has none.
func NewPlan(spec Spec, seed uint64) Plan {
	plan := Plan{
		Spec:        spec,
		Workload:    spec.Job(),
		Seed:        seed,
		Stride:      1,
		Jobs:        spec.NumJobs,
		Concurrency: spec.Concurrency,
		End:         spec.Duration,
		KeepJobs:    spec.KeepsRecords(),
	}
	if spec.Seed != nil {
		plan.Seed = *spec.Seed
	}
	if plan.Jobs == 0 {
		plan.Jobs = Unbounded
	}
	plan.load()
	if plan.End == 0 {
		plan.End = Forever
	}
	if plan.Concurrency == 0 || plan.Concurrency > plan.Jobs {
		plan.Concurrency = min(plan.Jobs, MaxJobs)
	}
	return plan
}

// load resolves rate and stages into a profile.
func (p *Plan) load() {
	spec := p.Spec
	if len(spec.Stages) == 0 {
		if spec.Rate > 0 {
			p.Rate = Constant(spec.Rate)
		}
		return
	}
	var profile Profile
	rated := spec.Stages[0].Rate != nil
	level := spec.level()
	for _, stage := range spec.Stages {
		to := stage.target()
		profile = append(profile, Ramp{From: level, To: to, Duration: stage.Duration.Seconds()})
		level = to
	}
	if length := Duration(secondsToDuration(profile.Length())); p.End == 0 || length < p.End {
		p.End = length
	}
	if rated {
		p.Rate = profile
		return
	}
	p.Level = profile
	p.Concurrency = int64(profile.Peak())
}

// Open reports whether jobs arrive by a rate, whatever has become of earlier
// ones.
func (p Plan) Open() bool { return p.Rate != nil }

// Job is the number of the plan's i-th job, i from 0 to Jobs-1.
func (p Plan) Job(i int64) int64 { return p.First + i*p.Stride }

// Shard is the i-th of n parts of the plan, 0 ≤ i < n: every n-th job, and its
// share of the concurrency. The parts together have exactly the jobs, the
// intended starts and the concurrency of the whole. When there is not enough
// concurrency for every part, the last parts have no jobs.
func (p Plan) Shard(i, n int) Plan {
	parts := min(int64(n), p.Concurrency)
	index := int64(i)
	shard := p
	if index >= parts {
		shard.Jobs, shard.Concurrency = 0, 0
		return shard
	}
	shard.First = p.Job(index)
	shard.Stride = p.Stride * parts
	shard.Concurrency = part(p.Concurrency, index, parts)
	if p.Jobs != Unbounded {
		shard.Jobs = part(p.Jobs, index, parts)
	}
	return shard
}

// LevelAt is how many jobs the plan keeps in flight at the given second: its
// concurrency, or its share of the ramp.
func (p Plan) LevelAt(second float64) int64 {
	if p.Level == nil {
		return p.Concurrency
	}
	// A level that should be whole may fall short of it by rounding.
	whole := int64(p.Level.At(second) + 1e-9)
	return max(part(whole, p.First, p.Stride), 0)
}

// part is how many of total things the i-th of n takes when they are dealt out
// one by one.
func part(total, i, n int64) int64 { return (total - i + n - 1) / n }
