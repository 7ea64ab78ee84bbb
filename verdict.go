package aurea

// A Verdict is the outcome of the thresholds of a result.
type Verdict string

// The verdicts. Only VerdictPass passes a gate.
const (
	VerdictNone    Verdict = "none"
	VerdictPass    Verdict = "pass"
	VerdictFail    Verdict = "fail"
	VerdictInvalid Verdict = "invalid" // the measurement is invalid
	VerdictNoData  Verdict = "no_data" // a threshold has no data
)

// Verdicts returns all verdicts.
func Verdicts() []Verdict {
	return []Verdict{VerdictNone, VerdictPass, VerdictFail, VerdictInvalid, VerdictNoData}
}

// severity lists the verdicts of thresholds, the least severe first. The verdict
// of a result is the most severe one that a threshold or the validity implies.
var severity = []Verdict{VerdictPass, VerdictNoData, VerdictInvalid, VerdictFail}

// A ThresholdCheck is a threshold applied to a result. Value is in the metric's
// base unit, and 0 without data.
type ThresholdCheck struct {
	Expression string  `json:"expression"`
	Value      float64 `json:"value"`
	OK         bool    `json:"ok"`
	NoData     bool    `json:"no_data,omitempty"` // the result has no data for the metric
}

// Unit returns the unit of the value: seconds, share, jobs_per_second or money,
// as in a comparison; "" for a plain number.
func (c ThresholdCheck) Unit() string {
	t, _, _ := readThreshold(c.Expression) // an unknown metric has a plain number
	m, _ := lookup(t.metric)
	return units[m.unit].name
}

func (c ThresholdCheck) verdict() Verdict {
	switch {
	case c.OK:
		return VerdictPass
	case c.NoData:
		return VerdictNoData
	}
	return VerdictFail
}

// judge sets validity, threshold checks and verdict from the numbers. The
// thresholds of all scenarios count for the verdict of the run. sharing are the
// scenarios that took resources from each other.
func (r *Result) judge(s Samples, sharing []string) {
	r.Thresholds = []ThresholdCheck{}
	r.Verdict = VerdictNone
	r.Validity = r.checkValidity()
	implied := map[Verdict]bool{}
	if len(r.Scenarios) > 0 {
		r.Validity = r.scenarioValidity(sharing)
		for _, scenario := range r.Scenarios {
			implied[scenario.Verdict] = true
		}
		delete(implied, VerdictNone)
	}
	if len(r.Spec.Thresholds) == 0 && len(implied) == 0 {
		return
	}
	implied[VerdictInvalid] = r.Validity.State == Invalid
	for _, threshold := range r.Spec.Thresholds {
		check := threshold.Check(r, s)
		if a := r.Aborted; a != nil && a.Expression == check.Expression && a.Scenario == "" {
			check.Value, check.OK, check.NoData = a.Value, false, false // jobs that ended since do not mend it
		}
		r.Thresholds = append(r.Thresholds, check)
		implied[check.verdict()] = true
	}
	for _, verdict := range severity {
		if implied[verdict] {
			r.Verdict = verdict
		}
	}
}
