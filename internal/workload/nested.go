package workload

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// mostNested is how many workloads another one may hold.
const mostNested = 20

// nestedName is what a part or a step may be called: names stand in thresholds.
var nestedName = regexp.MustCompile(`^[a-z0-9_]{1,40}$`)

// A nested is a workload that is a part or a step of another one.
type nested struct {
	name     string
	location string // within the parameters of the one that holds it
	nameAt   string // the location of its name
	workload aurea.Workload
	weight   float64 // of a part
	step     bool    // which is timed as a whole
}

// checkNested checks workloads that another one holds: each of them, and that
// their names differ.
func checkNested(list []nested, p place, holder string) error {
	p.host = p.host.sharedBy(list)
	seen := map[string]bool{}
	var found []error
	for _, n := range list {
		if !nestedName.MatchString(n.name) {
			found = append(found, wrongField(n.nameAt, fmt.Sprintf("must be up to 40 of a-z 0-9 _; got %q", n.name)))
		} else if seen[n.name] {
			found = append(found, wrongField(n.nameAt, fmt.Sprintf("must differ from the other names; %q is there already", n.name)))
		}
		seen[n.name] = true
		found = append(found, n.check(p, holder))
	}
	return all(found)
}

// check checks the workload itself.
func (n nested) check(p place, holder string) error {
	k, err := p.host.find(n.workload.Kind, n.location+".kind")
	if err != nil {
		return err
	}
	if k.holds != nil && (holder != mixName || k.Name == mixName) {
		return wrongField(n.location+".kind", "cannot be "+k.Name+" here: a mix may hold steps, and steps hold nothing of that kind")
	}
	_, _, err = p.host.check(n.workload, n.location, p)
	return err
}

// own is a step's or part's name, if it has one, and its workload without it.
func own(w aurea.Workload) (string, aurea.Workload) {
	name, _ := w.Parameters["name"].(string)
	bare := aurea.Workload{Kind: w.Kind, Parameters: maps.Clone(w.Parameters)}
	delete(bare.Parameters, "name")
	return name, bare
}

// measuredBy is what checked nested workloads measure, by their names; each of
// steps is itself a phase.
func (h Host) measuredBy(list []nested) aurea.Measures {
	var all aurea.Measures
	for _, n := range list {
		own := h.ownMeasures(n.workload)
		if n.step {
			all.Phases = append(all.Phases, n.name)
		}
		for _, phase := range own.Phases {
			all.Phases = append(all.Phases, n.name+"."+phase)
		}
		for _, counter := range own.Counters {
			all.Counters = append(all.Counters, n.name+"."+counter)
		}
	}
	return all
}

func (h Host) ownMeasures(w aurea.Workload) aurea.Measures {
	k, values, err := h.read(w, "")
	if err != nil {
		return aurea.Measures{} // which its check reports
	}
	return h.measured(k, values)
}

// A nestedJobs is an opened nested workload, with the place of its notes.
type nestedJobs struct {
	nested
	Runner
	phases, counters int // those before its own
}

// openNested opens nested workloads, each with draws of its own. When one cannot
// be opened, the others are closed.
func openNested(o opening, list []nested) (opened []nestedJobs, close []func(), err error) {
	o.host = o.host.sharedBy(list)
	phases, counters := 0, 0
	for i, n := range list {
		seed := uint64(aurea.NewStream(o.seed, aurea.StreamNested+uint64(i)))
		jobs, err := o.host.Open(o.ctx, n.workload, seed)
		if err != nil {
			Jobs{close: close}.Close()
			return nil, nil, at(n.location, err)
		}
		opened = append(opened, nestedJobs{n, jobs.asRunner(), phases, counters})
		close = append(close, jobs.Close)
		own := o.host.measuredBy(list[i : i+1])
		phases, counters = phases+len(own.Phases), counters+len(own.Counters)
	}
	return opened, close, nil
}

// run does a job of the nested workload, and times a step.
func (n nestedJobs) run(ctx context.Context, job int64, notes Notes) error {
	own := notes.from(n.phases, n.counters)
	if !n.step {
		return n.Run(ctx, job, own)
	}
	start := time.Now()
	err := n.Run(ctx, job, own.from(1, 0))
	own.Phase(0, time.Since(start))
	return err
}

// asRunner is the jobs as they run on a goroutine of their own.
func (j Jobs) asRunner() Runner {
	if j.Waiter == nil {
		return j.Runner
	}
	line, _ := j.Waiter.(Queue)
	r := Runner(napper{j.Waiter, line, time.Now()})
	if j.Faults != nil {
		r = faulty{r, j.Faults}
	}
	return r
}

// A napper has the jobs of a Waiter wait on a timer.
type napper struct {
	waiter Waiter
	line   Queue // the waiter, if it is one
	opened time.Time
}

// Run waits as long as the job does.
func (n napper) Run(ctx context.Context, job int64, _ Notes) error {
	if n.line != nil {
		n.line.Enter(job, time.Since(n.opened))
		defer n.line.Leave(job)
	}
	return pause(ctx, n.waiter.Wait(job))
}

// inside is an error of a part or a step, which says where it comes from.
func inside(what string, err error) error {
	err = fmt.Errorf("%s: %w", what, err)
	var failure *Failure
	if errors.As(err, &failure) {
		return &Failure{failure.Class, err}
	}
	return err
}
