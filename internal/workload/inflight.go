package workload

import "fmt"

// mostThreads is how many jobs may be in flight at once of which each blocks a
// thread: the Go runtime ends a process that wants more than 10,000.
const mostThreads = 5000

// A most is how many jobs may be in flight at once, and because of which kind.
type most struct {
	jobs  int64 // 0: any number
	kind  string
	takes string // what each of them takes, of which there are not more
}

// mostOf is that of a kind with checked parameters. It is no more than that of any
// workload that its jobs are made of: all of them may be at the same one.
func (h Host) mostOf(k kind, values map[string]any) most {
	least := most{k.MostInFlight, k.Name, "a goroutine"}
	if k.MostInFlight == mostThreads {
		least.takes = "a thread of the system"
	}
	if k.opensFile && h.OpenFiles > 0 && h.OpenFiles < least.jobs {
		least.jobs, least.takes = h.OpenFiles, "one of the files that may be open for jobs, see ulimit -n,"
	}
	if k.holds == nil {
		return least
	}
	for _, n := range k.holds(values) {
		inner, innerValues, err := h.read(n.workload, "")
		if err != nil {
			continue // which its check reports
		}
		if own := h.mostOf(inner, innerValues); own.jobs > 0 && own.jobs < least.jobs {
			least = own
		}
	}
	return least
}

// check refuses a plan that wants more of them.
func (m most) check(wanted int64) error {
	if m.jobs == 0 || wanted <= m.jobs {
		return nil
	}
	return wrongField("concurrency", fmt.Sprintf("must be at most %d with the workload %s, which takes %s for each job in flight; got %d", m.jobs, m.kind, m.takes, wanted))
}
