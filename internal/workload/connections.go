package workload

import (
	"cmp"
	"fmt"

	"github.com/aurea-orchestrator/aurea"
)

// defaultConnections is how many the jobs of a workload may hold at once where
// the operator does not say.
const defaultConnections = 10_000

// maxConnections is how many connections a workload may hold at once, and what
// limits it, in words.
func (h Host) maxConnections() (most int64, why string) {
	most = cmp.Or(h.MaxConnections, defaultConnections)
	files := h.OpenFiles / cmp.Or(h.sharers, 1)
	if h.OpenFiles == 0 || files >= most {
		return most, "see --max-connections"
	}
	why = fmt.Sprintf("since its limit of open files leaves %d to jobs, see ulimit -n", h.OpenFiles)
	if h.sharers > 1 {
		why = fmt.Sprintf("since its limit of open files leaves %d to jobs of %d workloads, see ulimit -n", h.OpenFiles, h.sharers)
	}
	return max(files, 1), why
}

// sharedBy is the host as nested workloads have it, each of which may hold a
// connection for every job in flight.
func (h Host) sharedBy(list []nested) Host {
	connecting := int64(0)
	for _, n := range list {
		if k, err := h.find(n.workload.Kind, ""); err == nil && (k.connects || k.holds != nil) {
			connecting++
		}
	}
	h.sharers = max(connecting, 1) * cmp.Or(h.sharers, 1)
	return h
}

// Connections is how many connections the jobs of a plan that Check has accepted
// would hold at once, 0 where only the run will show.
func (h Host) Connections(workload aurea.Workload, inFlight int64) int64 {
	k, values, err := h.read(workload, "")
	if err != nil {
		return 0
	}
	if k.connects {
		if given, ok := values["connections"].(int64); ok {
			return given
		}
		return inFlight
	}
	total := int64(0)
	if k.holds != nil {
		for _, n := range k.holds(values) {
			total += h.Connections(n.workload, inFlight)
		}
	}
	return total
}

// checkConnections wants no more connections than the host has.
func checkConnections(values map[string]any, p place) error {
	most, why := p.host.maxConnections()
	wanted, given := values["connections"].(int64)
	switch {
	case given && wanted > most:
		return wrongField("connections", fmt.Sprintf("must be at most %d on this host, %s; got %d", most, why, wanted))
	case !given && p.inFlight > most:
		return wrongField("connections", fmt.Sprintf("is needed: %d jobs in flight would take as many connections, and this host has %d, %s", p.inFlight, most, why))
	}
	return nil
}
