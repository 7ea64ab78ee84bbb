package aurea

import (
	"math"

	"github.com/aurea-orchestrator/aurea/param"
)

// A Plan is a resolved spec with a seed: everything that a run will do, decided
// before it starts. It is a value that can be sent to another machine, cut into
// shards and executed again. The same plan has the same jobs, with the same
// parameters and intended starts, on any core and machine.
//
// The jobs of a whole plan have the numbers 0, 1, 2 and so on. Those of a shard
// have the numbers that its Deal says.
type Plan struct {
	Spec        Spec     `json:"spec"`
	Workload    Workload `json:"workload"` // the resolved workload of the spec
	Seed        uint64   `json:"seed"`
	Deal        Deal     `json:"deal,omitzero"`   // which jobs and slots a shard has; zero for the whole plan
	Jobs        int64    `json:"jobs"`            // number of jobs; Unbounded if only time ends the run
	Concurrency int64    `json:"concurrency"`     // maximum of jobs in flight; ≥ 1 unless Jobs is 0
	Rate        Profile  `json:"rate,omitempty"`  // open model: jobs a second of the whole plan
	Level       Profile  `json:"level,omitempty"` // closed model with ramps: jobs in flight of the whole plan
	End         Duration `json:"end"`             // no job starts at this time or later; Forever for no end
	KeepJobs    bool     `json:"keep_jobs"`       // whether to keep a record of every job
	Rows        int64    `json:"rows,omitempty"`  // what Jobs was limited to by data that is used once; 0 if it was not
	Trace       *Trace   `json:"trace,omitempty"` // the trace of the run; nil if no jobs are traced
	// Scenarios are the plans of the scenarios of the spec, in its order. Their jobs
	// have numbers of their own; see RunJob. The plan itself then has no load.
	Scenarios []Plan   `json:"scenarios,omitempty"`
	Moments   *Moments `json:"-"` // when the jobs of a replay are due; nil until Replayed
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
		Jobs:        spec.NumJobs,
		Concurrency: spec.MaxInFlight(),
		End:         spec.Duration,
		KeepJobs:    spec.KeepsRecords(),
	}
	if spec.Seed != nil {
		plan.Seed = *spec.Seed
	}
	if len(spec.Scenarios) > 0 {
		return plan.WithScenarios(plan.scenarioPlans())
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
		switch {
		case spec.Replay != nil:
			p.Rate = Constant(spec.Replay.Speed) // until Replayed knows the moments
		case spec.Rate > 0:
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
func (p Plan) Job(i int64) int64 { return p.Deal.Job(i) }

// Shard returns the i-th of the plan's shards. There are as many as weights, which
// are at least 1: the cores of the shards' machines, or EqualWeights.
//
// All shards together have exactly the jobs, intended starts and concurrency of
// the plan. A shard's share of the concurrency is its share of the weights,
// rounded up or down, and its share of the jobs is its share of the concurrency.
// A shard without a slot has Jobs 0 and Concurrency 0.
func (p Plan) Shard(i int, weights []int) Plan { return p.dealt(cycleOf(i, weights)) }

// Shards returns all shards of the plan at once, which is faster than one by one
// if the weights differ. See Shard.
func (p Plan) Shards(weights []int) []Plan {
	var shards []Plan
	for _, cycle := range dealCycles(weights) {
		shards = append(shards, p.dealt(cycle))
	}
	return shards
}

// dealt returns the shard that has the cycle's part of the plan's slots.
func (p Plan) dealt(c Cycle) Plan {
	slots := p.Deal.Slots // when the plan was dealt; a control may have changed it
	if p.Deal.Of == 0 {
		slots = p.Concurrency
	}
	p.Deal = p.Deal.dealt(c, slots)
	p.Concurrency = c.below(p.Concurrency)
	switch {
	case p.Deal.Slots == 0:
		p.Jobs = 0
	case p.Jobs != Unbounded:
		p.Jobs = p.Jobs/slots*p.Deal.Slots + c.below(p.Jobs%slots)
	}
	return p
}

// maxDivisible is the highest rate of Poisson arrivals that can be divided, in
// jobs a second: every shard draws all arrivals of the plan, in about 35 ns each.
const maxDivisible = 5_000_000

// Divisible returns an *InvalidError that says why the plan cannot be divided
// among n shards, or nil. It knows nothing of the workload, which may have to be
// whole, too. A concurrency below n is possible: some shards have no jobs then.
func (p Plan) Divisible(n int) error {
	if peak := p.Rate.Peak(); n > 1 && p.Spec.Arrival == "poisson" && peak > maxDivisible {
		return param.Invalid("arrival", "poisson arrivals cannot be divided among %d workers above %d jobs a second, "+
			"because each worker computes all of them; got %s; use constant arrivals, a lower rate or one worker",
			n, maxDivisible, param.FormatNumber(peak))
	}
	return nil
}

// LevelAt returns how many jobs the plan keeps in flight at the given second: its
// concurrency, or its share of the ramp.
func (p Plan) LevelAt(second float64) int64 {
	if p.Level == nil {
		return p.Concurrency
	}
	// Rounding can put an integer level just below the integer.
	return p.Deal.SlotsBelow(int64(p.Level.At(second) + 1e-9))
}
