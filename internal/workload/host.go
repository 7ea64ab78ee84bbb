package workload

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/egress"
	"github.com/aurea-orchestrator/aurea/param"
)

// A Host is what the operator lets jobs do: whom they may call, which programs
// they may run, and how much of this machine they may take.
type Host struct {
	Targets        egress.Allowlist   // whom they may call; by default this machine alone
	MaxConnections int64              // most that the jobs of a workload may hold at once; 0 means 10,000
	OpenFiles      int64              // files and connections that all jobs may have open at once; 0 means any number
	MaxMemory      int64              // bytes that all jobs in flight may take of it; 0 means half of what is available
	MaxDisk        int64              // bytes of files that they may have at once; 0 means 10 GiB, and never more than there is room for
	Dir            string             // where those files are; "" means the system's directory for temporary files
	MaxProcesses   int64              // programs that they may run at once; 0 means 256
	Commands       map[string]Command // those programs, by name; without any, no job runs one
	usage          *usage
	sharers        int64 // workloads of the run that share the connections; 0 is one
}

// Kinds describes every kind that the host offers, in the order of the table.
func (h Host) Kinds() []aurea.Kind {
	var described []aurea.Kind
	for _, k := range h.table() {
		if k.absent == "" {
			described = append(described, k.described())
		}
	}
	return described
}

// described is the kind with the parameters that any kind takes.
func (k kind) described() aurea.Kind {
	d := k.Kind
	d.Parameters = append(slices.Clip(d.Parameters), failure)
	return d
}

// ByName finds a kind; the error names those there are.
func (h Host) ByName(name string) (aurea.Kind, error) {
	k, err := h.find(name, "workload.kind")
	return k.described(), err
}

// ParametersOf are those that a kind takes, on whatever host that offers it; none
// where there is no such kind.
func ParametersOf(name string) []param.Parameter {
	for _, k := range (Host{}).table() {
		if k.Name == name {
			return k.described().Parameters
		}
	}
	return nil
}

func (h Host) find(name, location string) (kind, error) {
	var names []string
	for _, k := range h.table() {
		if k.Name == name && k.absent != "" {
			return kind{}, wrongField(location, k.absent)
		}
		if k.Name == name {
			return k, nil
		}
		if k.absent == "" {
			names = append(names, k.Name)
		}
	}
	message := fmt.Sprintf("must be one of %s; got %q", strings.Join(names, ", "), name)
	if near := param.Closest(name, names); near != "" {
		message += "; did you mean " + near + "?"
	}
	return kind{}, wrongField(location, message)
}

func wrongField(location, message string) *aurea.InvalidError {
	return &aurea.InvalidError{Fields: []aurea.FieldError{{Location: location, Message: message}}}
}

// Check reports what is wrong with the workload of a plan: its kind, its
// parameters, or what the plan would do with them on this host. It touches
// nothing. The error is an *aurea.InvalidError.
func (h Host) Check(plan aurea.Plan) error {
	most := plan.Spec.Concurrency
	if !plan.Open() {
		most = plan.Concurrency
	}
	k, values, err := h.check(plan.Workload, "workload", place{host: h, inFlight: most})
	if err != nil {
		return err
	}
	if faultsOf(values, 0).hang() && plan.Spec.Timeout == 0 && k.Timeout == 0 {
		return wrongField("workload.failure.kind", "needs a timeout for the jobs, or those that hang would never end")
	}
	if err := h.mostOf(k, values).check(most); err != nil {
		return err
	}
	return checkThresholds(plan.Spec, h.measured(k, values))
}

// checkThresholds wants no threshold about what the jobs do not measure.
func checkThresholds(spec aurea.Spec, m aurea.Measures) error {
	var found []error
	for i, threshold := range spec.Thresholds {
		if missing := threshold.Missing(m); missing != "" {
			found = append(found, wrongField(fmt.Sprintf("thresholds[%d]", i), missing+" is nothing that this workload measures; it has "+listMeasures(m)))
		}
	}
	return all(found)
}

func listMeasures(m aurea.Measures) string {
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

// CheckParameters reports what is wrong with the parameters of a workload on
// whatever host that offers its kind. The error is an *aurea.InvalidError.
func CheckParameters(w aurea.Workload) error { return checkParameters(w, "workload") }

func checkParameters(w aurea.Workload, location string) error {
	var k kind
	for _, known := range (Host{}).table() {
		if known.Name == w.Kind {
			k = known
		}
	}
	if k.Name == "" {
		_, err := (Host{}).find(w.Kind, location+".kind")
		return err
	}
	values, err := param.Read(k.described().Parameters, w.Parameters, location)
	if err != nil || k.holds == nil {
		return err
	}
	var found []error
	for _, n := range k.holds(values) {
		found = append(found, checkParameters(n.workload, location+"."+n.location))
	}
	return all(found)
}

// all joins errors into one that has the wrong fields of each; the first that is
// another error is returned as it is.
func all(errs []error) error {
	joined := &aurea.InvalidError{}
	for _, err := range errs {
		var invalid *aurea.InvalidError
		if errors.As(err, &invalid) {
			joined.Fields = append(joined.Fields, invalid.Fields...)
		} else if err != nil {
			return err
		}
	}
	if len(joined.Fields) == 0 {
		return nil
	}
	return joined
}

// check reads a workload at a location of the spec, and whether it fits there.
func (h Host) check(w aurea.Workload, location string, p place) (kind, map[string]any, error) {
	k, values, err := h.read(w, location)
	if err != nil {
		return k, nil, err
	}
	if k.check != nil {
		err = k.check(values, p)
	}
	if err == nil && k.holds != nil {
		err = checkNested(k.holds(values), p, k.Name)
	}
	return k, values, at(location, err)
}

// read finds the kind of a workload and its parameters, with their defaults.
func (h Host) read(w aurea.Workload, location string) (kind, map[string]any, error) {
	k, err := h.find(w.Kind, location+".kind")
	if err != nil {
		return k, nil, err
	}
	values, err := param.Read(k.described().Parameters, w.Parameters, location)
	return k, values, err
}

// at puts the location of a workload before those in an error about its
// parameters.
func at(location string, err error) error {
	var invalid *aurea.InvalidError
	if !errors.As(err, &invalid) {
		return err
	}
	located := &aurea.InvalidError{}
	for _, field := range invalid.Fields {
		located.Fields = append(located.Fields, aurea.FieldError{Location: location + "." + field.Location, Message: field.Message})
	}
	return located
}

// Open makes the jobs of a plan that Check has accepted. Whoever opens them
// closes them. An error that is not an *aurea.InvalidError means that something
// they need could not be had, such as room on a disk.
func (h Host) Open(ctx context.Context, w aurea.Workload, seed uint64) (Jobs, error) {
	h = h.metered()
	k, values, err := h.check(w, "workload", place{host: h})
	if err != nil {
		return Jobs{}, err
	}
	return h.open(ctx, k, values, seed)
}

func (h Host) open(ctx context.Context, k kind, values map[string]any, seed uint64) (Jobs, error) {
	faults := faultsOf(values, seed)
	if k.waits != nil {
		return Jobs{Waiter: k.waits(values, seed), Faults: faults}, nil
	}
	jobs, err := k.runs(opening{ctx: ctx, host: h, values: values, seed: seed})
	if err != nil {
		return Jobs{}, err
	}
	jobs.Measures = h.measured(k, values)
	jobs.MostInFlight = h.mostOf(k, values).jobs
	if !k.punctual {
		jobs.Runner = reminded{jobs.Runner}
	}
	if faults != nil {
		jobs.Runner = faulty{jobs.Runner, faults}
	}
	if k.Timeout > 0 {
		jobs.Runner = impatient{jobs.Runner, k.Timeout}
		jobs.Longest = k.Timeout
	}
	return jobs, nil
}

// measured is what the jobs of a kind with such parameters measure.
func (h Host) measured(k kind, values map[string]any) aurea.Measures {
	if k.measures != nil {
		return k.measures(values)
	}
	if k.holds == nil {
		return k.Measures
	}
	list := k.holds(values)
	measures := h.measuredBy(list)
	if k.Name == mixName {
		for _, n := range list {
			measures.Parts = append(measures.Parts, aurea.Part{Name: n.name, Weight: n.weight})
		}
	}
	return measures
}
