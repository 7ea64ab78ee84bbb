package aurea

// An Abort is the threshold that ended a run early. Value is in the metric's base
// unit.
type Abort struct {
	Expression string  `json:"expression"`
	Value      float64 `json:"value"`              // when it ended the run
	T          float64 `json:"t"`                  // when that was, in seconds from the run's start
	Scenario   string  `json:"scenario,omitempty"` // whose threshold it is; "" for the run's
}

// An Aborter follows the progress of a run and finds the threshold that ends it
// early. It belongs to one goroutine at a time.
type Aborter struct {
	judgedSoFar
	thresholds []Threshold // those that can end the run
}

// NewAborter returns an Aborter for a run of the plan; nil if no threshold can end
// it.
func NewAborter(plan Plan) *Aborter {
	a := &Aborter{judgedSoFar: newJudgedSoFar(plan)}
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
// nil Aborter returns what a scenario's Aborter has found.
func (a *Aborter) Observe(p Progress) *Abort {
	if a == nil || p.Aborted != nil {
		return p.Aborted
	}
	a.add(p)
	length := a.length(p)
	if length <= 0 {
		return nil
	}
	result, tally := a.result(p)
	for _, t := range a.thresholds {
		check := t.Check(&result, Samples{Tally: tally})
		if length >= t.After && check.verdict() == VerdictFail {
			return &Abort{Expression: t.Expression, Value: check.Value, T: p.Elapsed.Seconds()}
		}
	}
	return nil
}
