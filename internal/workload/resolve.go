package workload

import (
	"context"
	"fmt"
	"strings"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/dataset"
	"github.com/aurea-orchestrator/aurea/internal/files"
	"github.com/aurea-orchestrator/aurea/param"
)

// A Scope is what surrounds a workload that is resolved.
type Scope struct {
	Policy   Policy
	Seed     uint64        // of the workload's random draws
	InFlight int64         // jobs that may be in flight at once; 0 if only the run will show
	Cookies  bool          // whether the steps of the job share Session.Cookies
	Lasting  bool          // whether the session is that of a user, and lasts from job to job
	Data     *dataset.Rows // of the spec; nil if it has none
	Sampled  bool          // whether jobs report their requests to a Sampler
	Name     string        // of the part or step, with that of what contains it; "" if it is none

	Users bool // whether users do the jobs

	set      *Set
	timeout  bool          // whether the spec has a timeout
	parent   string        // the kind that this workload is a part or step of; "" if none
	sharers  int64         // workloads of the run that share its connections; 0 means 1
	captures *captureTable // of the job that this workload is a step of; nil if it is none
}

// Resolved is a workload with checked and typed parameters. It holds no
// resources and does not change, so it may be opened more than once.
type Resolved struct {
	// Metrics names what the jobs report. If a kind leaves it empty, it is what
	// the kind declares.
	Metrics aurea.MetricNames
	// Connections is how many connections the jobs hold at once; 0 if there are
	// none, or if only the run will show.
	Connections int64
	// Whole is whether a plan with the workload cannot be divided among workers,
	// because it is of a kind that cannot be, or contains one.
	Whole bool
	// Local is whether a plan with the workload runs only where it was resolved,
	// because its sample is kept there.
	Local bool
	// Files are the files that the workload was resolved with, which the jobs read
	// too. A machine that has them not needs copies.
	Files []files.File
	// Rows is how many jobs there is data for; 0 if there is no limit.
	Rows int64
	// Starts are when the jobs of a replay start, for Plan.Replayed; nil if nothing
	// is replayed.
	Starts []float64
	// Limited is whether the jobs have a timeout of their own, so that they need
	// not the one of their kind.
	Limited bool
	// Scenarios are the workloads of a plan's scenarios; nil if it has none. Then the
	// workload itself cannot be opened.
	Scenarios []*Resolved
	// Acquire acquires what the jobs need and returns them. An error means that a
	// resource could not be had, such as room on a disk.
	Acquire func(ctx context.Context, usage *Usage) (Jobs, error)

	kind     Kind
	location string // in the spec, or in what contains it
	faults   *Faults
	limit    inFlightLimit
}

// Resolve checks the workload of a plan: its kind, its parameters, and what the
// plan does with them on this host. It acquires nothing. The error is an
// *aurea.InvalidError.
func (s *Set) Resolve(plan aurea.Plan) (*Resolved, error) { return s.ResolveWith(plan, s.policy.Files) }

// ResolveWith is Resolve with other files than those of the policy.
func (s *Set) ResolveWith(plan aurea.Plan, from files.Source) (*Resolved, error) {
	if len(plan.Scenarios) > 0 {
		return s.resolveScenarios(plan, from)
	}
	policy := s.policy
	var opened *files.Log
	policy.Files, opened = from.Noted()
	inFlight := plan.Deal.SlotsBelow(plan.Spec.Concurrency)
	if !plan.Open() {
		inFlight = plan.Concurrency
	}
	data, err := readData(plan, policy.Files)
	if err != nil {
		return nil, err
	}
	r, err := s.resolve(plan.Workload, "workload", Scope{
		Policy: policy, Seed: plan.Seed, InFlight: inFlight, Data: data,
		Sampled: plan.Spec.Sample > 0, Users: plan.Spec.Users > 0, timeout: plan.Spec.Timeout > 0,
	})
	if err != nil {
		return nil, err
	}
	r.Local, r.Rows, r.Files = plan.Spec.Sample > 0, data.Jobs(), opened.Files()
	if r.Starts, err = readStarts(plan, data); err != nil {
		return nil, err
	}
	if err := r.limit.check(inFlight); err != nil {
		return nil, err
	}
	return r, checkThresholds(plan.Spec, r.Metrics)
}

// resolve resolves a workload at a location of the spec.
func (s *Set) resolve(w aurea.Workload, location string, scope Scope) (*Resolved, error) {
	k, err := s.find(w.Kind, location+".kind")
	if err != nil {
		return nil, err
	}
	values, err := param.Read(k.Parameters, w.Parameters, location)
	if err != nil {
		return nil, err
	}
	scope.set = s
	r, err := k.Resolve(values, scope)
	if err != nil {
		return nil, param.Within(location, err)
	}
	r.kind, r.location, r.faults = k, location, newFaults(values, scope.Seed)
	if r.faults.hang() && !scope.timeout && k.Timeout == 0 {
		return nil, param.Invalid(location+".failure.kind",
			"needs a timeout for the jobs, or those that hang would never end")
	}
	r.limit = r.limit.within(newInFlightLimit(k, scope.Policy))
	r.Whole = r.Whole || k.Whole
	if r.Metrics.Empty() {
		r.Metrics = k.Metrics
	}
	return &r, nil
}

// Open acquires what the jobs need. The caller closes them. An error means that
// a resource could not be had, or that what was learnt now does not fit the spec: an
// *aurea.InvalidError says where.
func (r *Resolved) Open(ctx context.Context) (Jobs, error) { return r.open(ctx, new(Usage)) }

// open is Open with the usage that all workloads of a run share.
func (r *Resolved) open(ctx context.Context, usage *Usage) (Jobs, error) {
	jobs, err := r.Acquire(ctx, usage)
	if err != nil {
		return Jobs{}, param.Within(r.location, err)
	}
	if jobs.Delayer != nil {
		jobs.Faults = r.faults
		return jobs, nil
	}
	jobs.Metrics, jobs.MaxInFlight = r.Metrics, r.limit.max
	if !r.kind.HonorsDeadline {
		jobs.Runner = withDeadlineTimer{jobs.Runner}
	}
	if r.faults != nil {
		jobs.Runner, jobs.NewLoop = withFaults{jobs.Runner, r.faults}, nil
	}
	if r.kind.Timeout > 0 && !r.Limited {
		jobs.Runner = &withDefaultTimeout{jobs.Runner, r.kind.Timeout}
		jobs.DefaultTimeout = r.kind.Timeout
	}
	return jobs, nil
}

// Delays returns a workload whose jobs only wait. Each time it is opened it
// calls newDelayer.
func Delays(newDelayer func() Delayer) Resolved {
	return Resolved{Acquire: func(context.Context, *Usage) (Jobs, error) { return Jobs{Delayer: newDelayer()}, nil }}
}

// Runs returns a workload whose jobs acquire nothing before the run. Each time
// it is opened it calls newRunner.
func Runs(newRunner func(usage *Usage) Runner) Resolved {
	return Resolved{Acquire: func(_ context.Context, usage *Usage) (Jobs, error) {
		return Jobs{Runner: newRunner(usage)}, nil
	}}
}

// checkThresholds rejects thresholds about metrics that the jobs do not report.
func checkThresholds(spec aurea.Spec, m aurea.MetricNames) error {
	var found param.Problems
	for i, threshold := range spec.Thresholds {
		if missing := threshold.Missing(m); missing != "" {
			found.Add(fmt.Sprintf("thresholds[%d]", i),
				"%s is nothing that this workload measures; it has %s", missing, listMetrics(m))
		}
	}
	return found.Err()
}

func listMetrics(m aurea.MetricNames) string {
	var names []string
	for _, phase := range m.Phases {
		names = append(names, "phases."+phase)
	}
	for _, counter := range m.Counters {
		names = append(names, "counters."+counter)
	}
	for _, part := range m.Parts {
		names = append(names, "parts."+part.Name)
	}
	if len(names) == 0 {
		return "no phases, counters or parts"
	}
	return strings.Join(names, ", ")
}
