package aurea

import (
	"cmp"
	"encoding/json"
	"maps"
	"math"
	"slices"
)

// summarize returns the workers of a measurement as a result has them: sorted,
// at most MaxListedWorkers, and with the figures of all of them. It does not
// change w.
func (w *Workers) summarize() *Workers {
	var all []WorkerResult
	for _, i := range w.order() {
		all = append(all, w.Of[i])
	}
	sum := &Workers{Count: len(all), LostShare: w.LostShare, Of: all, Unlike: unlikeFields(all)}
	var starts, ends extent
	hosts := map[string]bool{}
	for i, of := range all {
		sum.Bound = max(sum.Bound, of.Bound)
		hosts[cmp.Or(of.Boot, of.ID)] = true
		if of.Full {
			sum.Full++
		}
		if of.FirstStart >= 0 && of.MaxInFlight > 0 {
			starts.add(of.FirstStart - of.FirstDue)
		}
		if of.State == WorkerLost {
			sum.Lost++
		} else {
			sum.LongestGap = max(sum.LongestGap, of.LongestGap)
			if of.Counts.Ended() > 0 {
				ends.add(of.LastEnd)
			}
		}
		if len(sum.Unlike) == 0 {
			all[i].Environment = nil
		}
	}
	sum.Spread, sum.EndSpread, sum.Hosts = starts.length(), ends.length(), len(hosts)
	sum.cut()
	return sum
}

// SpreadKnown reports whether the spread is that of at least two workers, or of a
// run on one. A lost worker has not told when it started.
func (w *Workers) SpreadKnown() bool { return w.Lost == 0 || w.Count-w.Lost > 1 }

// order returns the indexes of all workers in the order of a result: the lost
// ones, then the latest to start jobs.
func (w *Workers) order() []int {
	order := make([]int, len(w.Of))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int {
		a, b := w.Of[i], w.Of[j]
		return cmp.Or(lostFirst(a, b), cmp.Compare(b.Delay.P99, a.Delay.P99), cmp.Compare(a.Name, b.Name))
	})
	return order
}

// Listed returns the indexes of the workers of a measurement that its result
// lists, in the order of the result.
func (w *Workers) Listed() []int { return w.order()[:min(len(w.Of), MaxListedWorkers)] }

// addWorkers adds the workers of a measurement. The run failed if more of its
// load was lost with workers than the spec allows.
func (r *Result) addWorkers(w *Workers) {
	if w == nil {
		return
	}
	var seen int64
	for _, p := range r.Series {
		seen = max(seen, p.InFlight)
	}
	r.InFlight.Max, r.InFlight.AtLeast = w.inFlight(r.Model == Closed, seen)
	r.Workers = w.summarize()
	if r.Workers.Lost > 0 {
		if r.Workers.LostShare == 0 {
			r.Workers.LostShare = ratio(float64(r.Counts.Lost), float64(r.Counts.Planned))
		}
		if allowed := r.Spec.MaxLostFraction; allowed == 0 || r.Workers.LostShare > allowed {
			r.Status = StatusFailed
		}
	}
}

// cut sums up the workers beyond MaxListedWorkers.
func (w *Workers) cut() {
	if len(w.Of) <= MaxListedWorkers {
		return
	}
	rest := &WorkerRemainder{Count: len(w.Of) - MaxListedWorkers}
	for _, of := range w.Of[MaxListedWorkers:] {
		rest.Counts.Add(of.Counts)
		rest.Throughput += of.Throughput
	}
	w.Of, w.Rest = slices.Clip(w.Of[:MaxListedWorkers]), rest
}

func lostFirst(a, b WorkerResult) int {
	switch lost := a.State == WorkerLost; {
	case lost == (b.State == WorkerLost):
		return 0
	case lost:
		return -1
	}
	return 1
}

// inFlight returns the most jobs that were in flight at all workers together:
// the sum of their maxima, and if that may not have been reached a lower bound,
// which is seen or the largest maximum of one worker. Slots of the closed model
// are refilled at once, so there the sum was reached if all workers were at
// their maximum in windows that overlap by more than the error of the clocks.
func (w *Workers) inFlight(closed bool, seen int64) (most, atLeast int64) {
	from, until, bound := math.Inf(-1), math.Inf(1), 0.0
	busy := 0
	for _, of := range w.Of {
		if of.MaxInFlight == 0 {
			continue
		}
		busy++
		most += of.MaxInFlight
		atLeast = max(atLeast, of.MaxInFlight)
		from, until, bound = max(from, of.PeakFrom), min(until, of.PeakUntil), max(bound, of.Bound)
	}
	if busy < 2 || closed && until-from > 2*bound {
		return most, 0
	}
	return most, min(max(atLeast, seen), most)
}

// An extent is the range of the numbers that were added to it.
type extent struct {
	first, last float64
	any         bool
}

func (e *extent) add(n float64) {
	if !e.any {
		*e = extent{n, n, true}
	}
	e.first, e.last = min(e.first, n), max(e.last, n)
}

func (e *extent) length() float64 { return e.last - e.first }

// likeMemory is by how much the memory of like machines differs: kernels keep
// different parts of it to themselves.
const likeMemory = 0.01

// unlikeFields returns the fields of the workers' environments that are not the
// same in all, sorted. Workers without an environment are left out.
func unlikeFields(all []WorkerResult) []string {
	unlike := map[string]bool{}
	var first *Environment
	for _, of := range all {
		switch {
		case of.Environment == nil:
		case first == nil:
			first = of.Environment
		default:
			addUnlike(unlike, *first, *of.Environment)
		}
	}
	return slices.Sorted(maps.Keys(unlike))
}

// addUnlike adds the fields in which two environments differ.
func addUnlike(unlike map[string]bool, a, b Environment) {
	if math.Abs(float64(a.MemoryBytes)-float64(b.MemoryBytes)) <= likeMemory*float64(a.MemoryBytes) {
		a.MemoryBytes = b.MemoryBytes
	}
	if a.Digest = b.Digest; a == b {
		return
	}
	was, is := environmentFields(a), environmentFields(b)
	for name := range was {
		if was[name] != is[name] {
			unlike[name] = true
		}
	}
}

// environmentFields returns the fields of an environment by their JSON names.
func environmentFields(e Environment) map[string]any {
	var fields map[string]any
	encoded, _ := json.Marshal(e) // always encodes
	_ = json.Unmarshal(encoded, &fields)
	if cgroup, ok := fields["cgroup"].(map[string]any); ok {
		delete(fields, "cgroup")
		for name, value := range cgroup {
			fields["cgroup."+name] = value
		}
	}
	return fields
}
