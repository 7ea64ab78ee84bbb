package workload

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/lazyregexp"
	"github.com/aurea-orchestrator/aurea/param"
)

// maxChildren limits the workloads that another one contains.
const maxChildren = 20

// childName is what a part or a step may be called: thresholds contain names.
var childName = lazyregexp.New(`^[a-z0-9_]{1,40}$`)

// A child is a part or a step of another workload.
type child struct {
	name     string
	location string // relative to the workload that contains it
	nameAt   string // the location of its name
	workload aurea.Workload
	weight   float64 // of a part
	step     bool    // its time is a phase
}

// childrenOf returns the children that parameters describe; nil if there are
// none.
func childrenOf(values param.Values) []child {
	switch {
	case values.Has(partsParameter):
		return partsOf(values)
	case values.Has(stepsParameter):
		return stepsOf(values)
	}
	return nil
}

// A resolvedChild is a child with typed parameters, and where its metrics begin
// in those of its parent.
type resolvedChild struct {
	child
	*Resolved
	phases, counters int
}

// resolveChildren resolves the children of a workload, each with random draws
// of its own. The error has the problems of all of them.
func resolveChildren(list []child, scope Scope, parent string) ([]resolvedChild, error) {
	scope.parent = parent
	scope.sharers = scope.sharersOf(list)
	var resolved []resolvedChild
	var found []error
	seen := map[string]bool{}
	phases, counters := 0, 0
	for i, c := range list {
		if !childName().MatchString(c.name) {
			found = append(found, param.Invalid(c.nameAt, "must be up to 40 of a-z 0-9 _; got %q", c.name))
		} else if seen[c.name] {
			found = append(found, param.Invalid(c.nameAt,
				"must differ from the other names; %q is there already", c.name))
		}
		seen[c.name] = true
		own := scope
		own.Seed = uint64(aurea.NewStream(scope.Seed, aurea.StreamNested+uint64(i)))
		own.Name = strings.TrimPrefix(scope.Name+"."+c.name, ".")
		r, err := c.resolve(own)
		if err != nil {
			found = append(found, err)
			continue
		}
		resolved = append(resolved, resolvedChild{c, r, phases, counters})
		phases, counters = phases+len(r.Metrics.Phases), counters+len(r.Metrics.Counters)
		if c.step {
			phases++
		}
	}
	return resolved, param.Merge(found...)
}

// resolve resolves the child, unless its kind may not be where it is.
func (c child) resolve(scope Scope) (*Resolved, error) {
	k, err := scope.set.find(c.workload.Kind, c.location+".kind")
	if err != nil {
		return nil, err
	}
	if k.Nests && (scope.parent != mixName || k.Name == mixName) {
		return nil, param.Invalid(c.location+".kind",
			"cannot be %s here: a mix may hold steps, and steps hold nothing of that kind", k.Name)
	}
	return scope.set.resolve(c.workload, c.location, scope)
}

// nest returns a workload that consists of children. acquire makes its jobs of
// the opened children.
func nest(children []resolvedChild, acquire func([]openChild) Jobs) Resolved {
	r := Resolved{Metrics: metricsOf(children)}
	for _, c := range children {
		r.Connections += c.Connections
		r.Whole = r.Whole || c.Whole
		r.limit = c.limit.within(r.limit)
	}
	r.Acquire = func(ctx context.Context, usage *Usage) (Jobs, error) {
		opened, closers, err := openChildren(ctx, children, usage)
		if err != nil {
			return Jobs{}, err
		}
		jobs := acquire(opened)
		jobs.Closers = closers
		return jobs, nil
	}
	return r
}

// metricsOf returns the metrics of children, prefixed by their names. The time
// of a step is a phase, too.
func metricsOf(children []resolvedChild) aurea.MetricNames {
	var all aurea.MetricNames
	for _, c := range children {
		if c.step {
			all.Phases = append(all.Phases, c.name)
		}
		for _, phase := range c.Metrics.Phases {
			all.Phases = append(all.Phases, c.name+"."+phase)
		}
		for _, counter := range c.Metrics.Counters {
			all.Counters = append(all.Counters, c.name+"."+counter)
		}
	}
	return all
}

// An openChild is an opened child.
type openChild struct {
	resolvedChild
	Runner
}

// openChildren opens children. If one cannot be opened, it closes the others.
func openChildren(
	ctx context.Context, list []resolvedChild, usage *Usage,
) (opened []openChild, closers []func(), err error) {
	for _, c := range list {
		jobs, err := c.open(ctx, usage)
		if err != nil {
			Jobs{Closers: closers}.Close()
			return nil, nil, err
		}
		opened = append(opened, openChild{c, jobs.asRunner()})
		closers = append(closers, jobs.Close)
	}
	return opened, closers, nil
}

// run does a job of the child, and times a step.
func (c openChild) run(ctx context.Context, job int64, metrics JobMetrics) error {
	own := metrics.from(c.phases, c.counters)
	if !c.step {
		return c.Run(ctx, job, own)
	}
	start := time.Now()
	err := c.Run(ctx, job, own.from(1, 0))
	own.Phase(0, time.Since(start))
	return err
}

// Inside adds to the error of a job which part of it failed. It keeps the class
// of a *Failure.
func Inside(what string, err error) error {
	err = fmt.Errorf("%s: %w", what, err)
	var failure *Failure
	if errors.As(err, &failure) {
		return &Failure{failure.Class, err}
	}
	return err
}
