package aurea

// A Plan is a spec resolved and seeded: what will be done, decided before any
// of it happens. It is a value; it can be sent to another machine, cut into
// shards, and executed again. The same plan has the same jobs with the same
// parameters, whatever core or machine runs them.
//
// A plan's jobs are numbered First, First+Stride, First+2·Stride and so on.
type Plan struct {
	Spec        Spec     `json:"spec"`
	Workload    Workload `json:"workload"` // what a job does, from the spec or its default
	Seed        uint64   `json:"seed"`
	First       int64    `json:"first"`
	Stride      int64    `json:"stride"`      // ≥ 1
	Jobs        int64    `json:"jobs"`        // how many; Unbounded when only the duration ends the run
	Concurrency int64    `json:"concurrency"` // most jobs in flight; ≥ 1 unless Jobs is 0
	KeepJobs    bool     `json:"keep_jobs"`   // whether a record of every job is kept
}

// Unbounded is the Jobs of a plan that only its duration ends.
const Unbounded = int64(1) << 62

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
		KeepJobs:    spec.WantsJobs(),
	}
	if spec.Seed != nil {
		plan.Seed = *spec.Seed
	}
	if plan.Jobs == 0 {
		plan.Jobs = Unbounded
	}
	if plan.Concurrency == 0 || plan.Concurrency > plan.Jobs {
		plan.Concurrency = plan.Jobs
	}
	return plan
}

// Job is the number of the plan's i-th job, i from 0 to Jobs-1.
func (p Plan) Job(i int64) int64 { return p.First + i*p.Stride }

// Shard is the i-th of n parts of the plan, 0 ≤ i < n: every n-th job, and its
// share of the concurrency. The parts together have exactly the jobs and the
// concurrency of the whole. When there is not enough concurrency for every
// part, the last parts have no jobs.
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

// part is how many of total things the i-th of n takes when they are dealt out
// one by one.
func part(total, i, n int64) int64 { return (total - i + n - 1) / n }
