package engine

import (
	"time"

	"github.com/aurea-orchestrator/aurea"
)

func (o *oracle) checkCounts() {
	o.same("num_jobs", o.r.NumJobs, o.r.Counts.Planned)
	want, warm := countRecords(o.judged), countRecords(o.warmup)
	o.addUnstarted(&want, &warm)
	o.same("counts", o.r.Counts, want)
	o.same("completed_jobs", o.r.CompletedJobs, want.OK)
	o.same("failed_jobs", o.r.FailedJobs, want.Failed+want.Timeout)
	var failures int64
	for _, class := range o.r.Errors {
		failures += class.Count
	}
	o.same("failures by class", failures, want.Failed+want.Timeout)
	if o.r.Warmup != nil {
		o.same("counts of the warm-up", o.r.Warmup.Counts, warm)
	}
}

func countRecords(jobs []aurea.JobRecord) aurea.Counts {
	c := aurea.Counts{Planned: int64(len(jobs))}
	for _, job := range jobs {
		switch job.Outcome {
		case aurea.OK:
			c.OK++
		case aurea.Failed:
			c.Failed++
		case aurea.TimedOut:
			c.Timeout++
		case aurea.Cancelled:
			c.Cancelled++
		}
	}
	return c
}

// addUnstarted adds the planned jobs without a record. They are dropped where
// the spec says so and they were due, otherwise cancelled. It notes the judged
// ones that were dropped.
func (o *oracle) addUnstarted(judged, warmup *aurea.Counts) {
	if !o.plan.Open() {
		if o.plan.End == aurea.Forever {
			judged.Planned, judged.Cancelled = judged.Planned+o.unstarted(), judged.Cancelled+o.unstarted()
		}
		return
	}
	started := map[int64]bool{}
	for _, job := range o.records {
		started[job.Index] = true
	}
	schedule := aurea.NewSchedule(o.plan)
	for i := int64(0); i < o.plan.Jobs; i++ {
		due := schedule.Start(i)
		over := o.r.Status == aurea.StatusCancelled && due > o.to
		if due >= time.Duration(o.plan.End) || over && o.plan.End != aurea.Forever {
			return
		}
		if started[i] {
			continue
		}
		counts := judged
		if due < o.from {
			counts = warmup
		}
		counts.Planned++
		if o.plan.Spec.OnSaturation == "drop" && !over {
			counts.Dropped++
			if counts == judged {
				o.dropped = append(o.dropped, i)
			}
		} else {
			counts.Cancelled++
		}
	}
}

func (o *oracle) unstarted() int64 { return o.plan.Jobs - int64(len(o.records)) }
