package aurea

// A Verdict is what the thresholds say about a result.
type Verdict string

// The verdicts. Only pass lets a gate open.
const (
	VerdictNone    Verdict = "none"
	VerdictPass    Verdict = "pass"
	VerdictFail    Verdict = "fail"
	VerdictInvalid Verdict = "invalid" // the measurement is not to be believed
	VerdictNoData  Verdict = "no_data" // there was nothing to judge by
)

// Verdicts lists all of them.
func Verdicts() []Verdict {
	return []Verdict{VerdictNone, VerdictPass, VerdictFail, VerdictInvalid, VerdictNoData}
}

// A ThresholdCheck is a threshold applied to a result; Value is in the metric's
// base unit, and 0 where there is no data.
type ThresholdCheck struct {
	Expression string  `json:"expression"`
	Value      float64 `json:"value"`
	OK         bool    `json:"ok"`
	NoData     bool    `json:"no_data,omitempty"` // there was nothing to read the value off
}

// Unit is what the value is in, as a MetricComparison has it: seconds, share,
// jobs_per_second or money; "" for a plain number.
func (c ThresholdCheck) Unit() string {
	t, _, _ := readThreshold(c.Expression) // of no metric it is a plain number
	m, _ := lookup(t.metric)
	return units[m.unit].name
}

// judge derives validity, threshold checks and verdict from the numbers.
func (r *Result) judge() {
	r.Validity = r.doubt()
	r.Thresholds = []ThresholdCheck{}
	r.Verdict = VerdictPass
	for _, threshold := range r.Spec.Thresholds {
		check := threshold.Check(r)
		r.Thresholds = append(r.Thresholds, check)
		if check.NoData {
			r.Verdict = VerdictNoData
		} else if !check.OK && r.Verdict == VerdictPass {
			r.Verdict = VerdictFail
		}
	}
	if r.Validity.State == Invalid && r.Counts.Ended() > 0 {
		r.Verdict = VerdictInvalid
	}
	if len(r.Spec.Thresholds) == 0 {
		r.Verdict = VerdictNone
	}
}
