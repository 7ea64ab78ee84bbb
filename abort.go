package aurea

import "time"

// An Abort is the threshold that ended a run early. Value is in the metric's base
// unit.
type Abort struct {
	Expression string  `json:"expression"`
	Value      float64 `json:"value"` // when it ended the run
	T          float64 `json:"t"`     // when that was, in seconds from the run's start
}

// An Aborter follows the progress of a run and finds the threshold that ends it
// early. It belongs to one goroutine at a time.
type Aborter struct {
	plan       Plan
	thresholds []Threshold // those that can end the run
	judged     *Tally      // of the run so far
	warmup     time.Duration
	paused     time.Duration // the part of the pauses that was in the warm-up
}

// NewAborter returns an Aborter for a run of the plan; nil if no threshold can end
// it.
func NewAborter(plan Plan) *Aborter {
	a := &Aborter{plan: plan, judged: NewTally(), warmup: time.Duration(plan.Spec.Warmup)}
	for _, t := range plan.Spec.Thresholds {
		if t.AbortOnFail {
			a.thresholds = append(a.thresholds, t)
		}
	}
	if len(a.thresholds) == 0 {
		return nil
	}
	return a
}

// Observe adds the next interval and returns the first threshold that fails by
// now; nil if none does. A threshold without data does not fail. The method of a
// nil Aborter returns nil.
func (a *Aborter) Observe(p Progress) *Abort {
	if a == nil {
		return nil
	}
	a.judged.Merge(p.Judged)
	if p.Elapsed-p.Paused <= a.warmup {
		a.paused = p.Paused
	}
	judgedFor := p.Elapsed - p.Paused - a.warmup
	if judgedFor <= 0 {
		return nil
	}
	soFar := *a.judged
	soFar.Planned = soFar.Accounted()
	result := tallied(a.plan, &soFar, p.Elapsed-a.warmup-a.paused)
	for _, t := range a.thresholds {
		check := t.Check(&result, Samples{Tally: &soFar})
		if judgedFor >= t.After && check.verdict() == VerdictFail {
			return &Abort{Expression: t.Expression, Value: check.Value, T: p.Elapsed.Seconds()}
		}
	}
	return nil
}
