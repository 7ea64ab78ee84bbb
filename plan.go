package aurea

import "math"

// A Plan is a resolved spec with a seed: everything that a run will do, decided
// before it starts. It is a value that can be sent to another machine, cut into
// shards and executed again. The same plan has the same jobs, with the same
// parameters and intended starts, on any core and machine.
//
// A plan's jobs have the numbers First, First+Stride, First+2·Stride and so on.
type Plan struct {
	Spec        Spec     `json:"spec"`
	Workload    Workload `json:"workload"` // the resolved workload of the spec
	Seed        uint64   `json:"seed"`
	First       int64    `json:"first"`
	Stride      int64    `json:"stride"`          // ≥ 1
	Jobs        int64    `json:"jobs"`            // number of jobs; Unbounded if only time ends the run
	Concurrency int64    `json:"concurrency"`     // maximum of jobs in flight; ≥ 1 unless Jobs is 0
	Rate        Profile  `json:"rate,omitempty"`  // open model: jobs a second of the whole plan
	Level       Profile  `json:"level,omitempty"` // closed model with ramps: jobs in flight of the whole plan
	End         Duration `json:"end"`             // no job starts at this time or later; Forever for no end
	KeepJobs    bool     `json:"keep_jobs"`       // whether to keep a record of every job
	Trace       *Trace   `json:"trace,omitempty"` // the trace of the run; nil if no jobs are traced
}

const (
	// Unbounded is Plan.Jobs if only time ends the run.
	Unbounded = int64(1) << 62
	// Forever is Plan.End if only the number of jobs ends the run.
	Forever = Duration(math.MaxInt64)
)

// NewPlan resolves a spec that DecodeSpec accepted. seed is the seed of a spec
// without one.
func NewPlan(spec Spec, seed uint64) Plan {
	plan := Plan{
		Spec:        spec,
		Workload:    spec.ResolvedWorkload(),
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

// load resolves the rate and the stages into profiles.
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

// Open reports whether the plan is of the open model: jobs arrive at a rate,
// whether or not earlier ones have ended.
func (p Plan) Open() bool { return p.Rate != nil }

// Job returns the number of the plan's i-th job, i from 0 to Jobs-1.
func (p Plan) Job(i int64) int64 { return p.First + i*p.Stride }

// Shard returns the i-th of n shards of the plan, 0 ≤ i < n: every n-th job, and a
// share of the concurrency. All shards together have exactly the jobs, intended
// starts and concurrency of the plan. If the concurrency is below n, the last
// shards have no jobs.
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
	shard.Concurrency = dealtTo(p.Concurrency, index, parts)
	if p.Jobs != Unbounded {
		shard.Jobs = dealtTo(p.Jobs, index, parts)
	}
	return shard
}

// LevelAt returns how many jobs the plan keeps in flight at the given second: its
// concurrency, or its share of the ramp.
func (p Plan) LevelAt(second float64) int64 {
	if p.Level == nil {
		return p.Concurrency
	}
	// Rounding can put an integer level just below the integer.
	whole := int64(p.Level.At(second) + 1e-9)
	return max(dealtTo(whole, p.First, p.Stride), 0)
}

// dealtTo returns how many of total items the i-th of n receivers gets when they
// are dealt out in turn.
func dealtTo(total, i, n int64) int64 { return (total - i + n - 1) / n }
