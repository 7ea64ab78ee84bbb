package aurea

import (
	"cmp"
	"fmt"
	"strings"
	"time"
)

// The limits beyond which workers make a result degraded.
const (
	minSpreadLimit = 5 * time.Millisecond // a smaller spread of starts is always fine
	spreadShare    = 0.01                 // of the duration; a smaller spread is fine too
	boundLimit     = 5 * time.Millisecond // of the error of a worker's clock
	gapIntervals   = 2                    // of reports, without a report of a worker
	endSpreadShare = 0.05                 // of the duration
)

// A workerCheck is the check of a row about workers.
type workerCheck = func(r *Result, w *Workers) (value, limit float64, found bool)

// ofWorkers returns a check of the workers, which finds nothing without them.
func ofWorkers(check workerCheck) func(*Result) (float64, float64, bool) {
	return func(r *Result) (float64, float64, bool) {
		if r.Workers == nil {
			return 0, 0, false
		}
		return check(r, r.Workers)
	}
}

// WorkerLostCode is the code of the reason of a result that lost workers. If more
// of the load was lost than the spec allows, the run has failed.
const WorkerLostCode = "worker_lost"

// Failure says why the run of a result failed. It is "" for a run that did not.
func (r *Result) Failure() string {
	for _, reason := range r.Validity.Reasons {
		if r.Status == StatusFailed && reason.Code == WorkerLostCode {
			return reason.Message
		}
	}
	return ""
}

// lostWorkers returns a check for lost workers in a run that completed
// nevertheless, or in one that did not.
func lostWorkers(completed bool) func(*Result) (float64, float64, bool) {
	return ofWorkers(func(r *Result, w *Workers) (float64, float64, bool) {
		return w.LostShare, r.Spec.MaxLostFraction, w.Lost > 0 && (r.Status == StatusCompleted) == completed
	})
}

func startSpread(r *Result, w *Workers) (float64, float64, bool) {
	limit := max(minSpreadLimit.Seconds(), spreadShare*r.Duration)
	return w.Spread, limit, w.Spread > limit
}

func clockBound(_ *Result, w *Workers) (float64, float64, bool) {
	return w.Bound, boundLimit.Seconds(), w.Bound > boundLimit.Seconds()
}

func reportGap(_ *Result, w *Workers) (float64, float64, bool) {
	limit := gapIntervals * ReportInterval(w.Count).Seconds()
	return w.LongestGap, limit, w.LongestGap > limit
}

func unlikeWorkers(_ *Result, w *Workers) (float64, float64, bool) { return 0, 0, len(w.Unlike) > 0 }

// unevenEnds checks whether some workers had nothing left to do while others
// still worked. Only a closed run that ends by its number of jobs says that: in
// others the last jobs of all workers start at about the same time. Ends that
// are no longer apart than one job takes are as even as can be.
func unevenEnds(r *Result, w *Workers) (float64, float64, bool) {
	limit := max(endSpreadShare*r.Duration, r.ServiceTime.Max)
	byNumber := r.Model == Closed && r.Spec.NumJobs > 0 && r.allJobs().Accounted() == r.Spec.NumJobs
	return w.EndSpread, limit, byNumber && r.Status == StatusCompleted && w.EndSpread > limit
}

// allJobs returns the counts with those of the warm-up.
func (r *Result) allJobs() Counts {
	all := r.Counts
	if r.Warmup != nil {
		all.Add(r.Warmup.Counts)
	}
	return all
}

// splitBound checks whether arrivals found no place at a worker, while another
// worker may have had one.
func splitBound(r *Result, w *Workers) (float64, float64, bool) {
	bound := r.lowestConcurrency()
	return float64(w.Count), float64(bound), r.Model == Open && bound > 0 && w.Count > 1 && w.Full > 0
}

func sharedHosts(_ *Result, w *Workers) (float64, float64, bool) {
	return float64(w.Count), float64(w.Hosts), w.Hosts < w.Count
}

// name replaces {lost}, {unlike} and {machines} in the message of a check. w may
// be nil.
func (w *Workers) name(message string) string {
	if w == nil {
		return message
	}
	var lost []string
	for _, of := range w.Of {
		if of.State == WorkerLost {
			lost = append(lost, cmp.Or(of.Name, of.ID))
		}
	}
	noun := "worker "
	if w.Lost > 1 {
		noun = "workers "
	}
	machines := fmt.Sprintf("%d machines", w.Hosts)
	if w.Hosts == 1 {
		machines = "one machine"
	}
	names := strings.NewReplacer("{lost}", noun+firstOf(lost, w.Lost), "{unlike}", firstOf(w.Unlike, len(w.Unlike)),
		"{machines}", machines)
	return names.Replace(message)
}

// firstOf lists the first three of n names.
func firstOf(names []string, n int) string {
	const few = 3
	text := strings.Join(names[:min(few, len(names))], ", ")
	if more := n - min(few, len(names)); more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}
