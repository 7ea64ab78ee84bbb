package cluster

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// maxRoster limits the workers that a server knows of.
const maxRoster = 10_000

// A roster is the workers that a server knows of. It reads no clock, and belongs
// to one goroutine at a time.
type roster struct {
	version, goarch string // of the server
	workers         map[string]*rosterEntry
	runs            map[string]string // of this server, by execution
}

// A rosterEntry is what is known of a worker.
type rosterEntry struct {
	hello   Hello     // the last one
	seen    time.Time // when it came
	refused string    // why the worker gets no run; "" if it may
	silent  bool      // for goneAfter or longer
	clock   Estimate
}

var errRosterFull = fmt.Errorf("this server knows of %d workers and takes no more", maxRoster)

// add takes a hello that came now on the subject of the worker with the given
// id. It reports whether the worker is another than before, and returns why the
// worker is refused. An error means that the hello is not taken at all.
func (r *roster) add(id string, hello Hello, now time.Time) (changed bool, refused string, err error) {
	if hello.ID != id {
		return false, "", fmt.Errorf("a hello of %s came on the subject of %s", hello.ID, clip(id))
	}
	known := r.workers[id]
	switch {
	case known != nil && hello.Seq <= known.hello.Seq:
		return false, "", errors.New("a hello came again, or late")
	case hello.State == Gone:
		delete(r.workers, id)
		return known != nil, "", nil
	case known == nil && !r.makeRoom():
		return false, "", errRosterFull
	}
	entry := &rosterEntry{hello: hello, seen: now, refused: r.refusal(hello)}
	if known != nil {
		entry.clock = known.clock
	}
	r.workers[id] = entry
	return known == nil || !known.same(entry), entry.refused, nil
}

// same reports whether a later entry of the worker says the same.
func (e *rosterEntry) same(later *rosterEntry) bool {
	return e.silent == later.silent && e.hello.State == later.hello.State && e.hello.Exec == later.hello.Exec &&
		e.refused == later.refused && maps.Equal(e.hello.Labels, later.hello.Labels)
}

// refusal returns why a worker cannot take part in this server's runs; "" if it
// can. Other processors may round other than this server's, so that the jobs of
// a shard would not be those of the plan.
func (r *roster) refusal(hello Hello) string {
	switch {
	case hello.Protocol != Protocol:
		return fmt.Sprintf("it speaks protocol %d, this server %d; start both of one version", hello.Protocol, Protocol)
	case hello.Version != r.version:
		return fmt.Sprintf("it is version %s, this server %s; start both of one version", hello.Version, r.version)
	case hello.GoArch != r.goarch:
		return fmt.Sprintf("unlike: it runs on %s, this server on %s; jobs would differ", hello.GoArch, r.goarch)
	}
	return ""
}

// makeRoom reports whether there is room for one more worker. If there is none,
// the worker that has been silent longest is forgotten.
func (r *roster) makeRoom() bool {
	if len(r.workers) < maxRoster {
		return true
	}
	oldest := ""
	for id, entry := range r.workers {
		if entry.silent && (oldest == "" || entry.seen.Before(r.workers[oldest].seen)) {
			oldest = id
		}
	}
	if oldest == "" {
		return false
	}
	delete(r.workers, oldest)
	return true
}

// expire marks workers that have been silent for goneAfter, and forgets them
// after forgetAfter. It reports whether there were any.
func (r *roster) expire(now time.Time) (changed bool) {
	for id, entry := range r.workers {
		switch silence := now.Sub(entry.seen); {
		case silence >= forgetAfter:
			delete(r.workers, id)
			changed = true
		case silence >= goneAfter && !entry.silent:
			entry.silent = true
			changed = true
		}
	}
	return changed
}

// available returns the hellos of the workers that take shards and have the
// labels: the idle ones first, then by name and id.
func (r *roster) available(labels map[string]string) []Hello {
	available := []Hello{}
	for _, entry := range r.workers {
		if entry.available() && hasLabels(entry.hello.Labels, labels) {
			available = append(available, entry.hello)
		}
	}
	slices.SortFunc(available, func(a, b Hello) int {
		return cmp.Or(cmp.Compare(a.busy(), b.busy()), cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
	return available
}

// available reports whether the worker takes shards, now or when the present one
// has ended.
func (e *rosterEntry) available() bool {
	switch e.state() {
	case aurea.WorkerIdle, aurea.WorkerReserved, aurea.WorkerRunning:
		return true
	}
	return false
}

// busy returns 1 if the worker has a shard, otherwise 0.
func (h *Hello) busy() int {
	if h.State == Idle {
		return 0
	}
	return 1
}

// hasLabels reports whether a worker has all labels that are wanted.
func hasLabels(has, wanted map[string]string) bool {
	for key, value := range wanted {
		if got, ok := has[key]; !ok || got != value {
			return false
		}
	}
	return true
}

// list returns all workers, by name and id.
func (r *roster) list() []aurea.Worker {
	list := make([]aurea.Worker, 0, len(r.workers))
	for _, entry := range r.workers {
		worker := entry.worker()
		worker.Run = r.runs[entry.hello.Exec]
		list = append(list, worker)
	}
	slices.SortFunc(list, func(a, b aurea.Worker) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
	return list
}

// worker returns the entry as users see it.
func (e *rosterEntry) worker() aurea.Worker {
	labels := maps.Clone(e.hello.Labels)
	if labels == nil {
		labels = map[string]string{}
	}
	return aurea.Worker{
		ID:       e.hello.ID,
		Name:     e.hello.Name,
		State:    e.state(),
		Reason:   e.refused,
		Labels:   labels,
		Version:  e.hello.Version,
		Arch:     e.hello.GoArch,
		Cores:    e.hello.Environment.Cores,
		CPU:      e.hello.Environment.CPU,
		Host:     e.hello.Host,
		Offset:   e.clock.Offset.Seconds(),
		Bound:    e.clock.Bound.Seconds(),
		LastSeen: e.seen,
	}
}

// state returns what the worker does, or why it does nothing for this server.
func (e *rosterEntry) state() aurea.WorkerState {
	switch {
	case e.silent:
		return aurea.WorkerGone
	case e.refused != "":
		return aurea.WorkerRefused
	}
	return aurea.WorkerState(e.hello.State)
}
