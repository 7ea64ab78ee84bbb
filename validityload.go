package aurea

// lateStarts checks the p99 of the generator's own lateness. The wait for a slot is
// not in it: then arrivals wait for the target.
func lateStarts(r *Result) (float64, float64, bool) {
	limit := max(minDelayLimit.Seconds(), delayShare*r.ServiceTime.Mean)
	return r.Health.Lateness, limit, r.Health.Lateness > limit
}

// waitedForSlots reports whether arrivals of an open plan may have waited for the
// slots that it has.
func (r *Result) waitedForSlots() bool {
	return r.Model == Open && r.lowestConcurrency() > 0 && r.wasFull()
}

// wasFull reports whether all slots were in use, of one worker if there were
// several.
func (r *Result) wasFull() bool {
	if r.Workers != nil {
		return r.Workers.Full > 0
	}
	return r.InFlight.Max >= r.lowestConcurrency()
}

// lowestConcurrency returns the lowest concurrency that the spec or a control
// set; 0 if neither did.
func (r *Result) lowestConcurrency() int64 {
	lowest := r.Spec.MaxInFlight()
	for _, event := range r.Timeline {
		if to := event.Concurrency; to > 0 && (to < lowest || lowest == 0) {
			lowest = to
		}
	}
	return lowest
}

// fewerInFlight checks whether a closed run of constant concurrency reached it, if
// jobs ended.
func fewerInFlight(r *Result) (float64, float64, bool) {
	asked := r.Counts.Planned
	if most := r.Spec.MaxInFlight(); most > 0 {
		asked = min(asked, most)
	}
	constant := r.Model == Closed && len(r.Spec.Stages) == 0 && r.Spec.Warmup == 0 && r.events(ChangeLoad) == 0
	most := r.InFlight.Max
	if r.InFlight.AtLeast > 0 && most >= asked {
		most = r.InFlight.AtLeast // the workers were not at their maxima at the same time
	}
	return float64(most), float64(asked), constant && most < asked && r.Counts.Ended() > 0
}

// backlog checks for arrivals that still waited for a slot at the end of a run
// that was not stopped.
func backlog(r *Result) (float64, float64, bool) {
	return float64(r.Counts.Cancelled), 0, r.leftJobs() && r.waitedForSlots()
}

// notStarted checks for jobs that a run that was not stopped left, though no slot
// was missing.
func notStarted(r *Result) (float64, float64, bool) {
	return float64(r.Counts.Cancelled), 0, r.leftJobs() && !r.waitedForSlots()
}

// leftJobs reports whether a run that was not stopped has left jobs.
func (r *Result) leftJobs() bool {
	return r.Counts.Cancelled > 0 && r.Status == StatusCompleted && r.Aborted == nil
}
