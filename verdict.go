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

// gravity is the verdicts of thresholds, the least grave first. The gravest one
// that anything asks for is the verdict of the result.
var gravity = []Verdict{VerdictPass, VerdictNoData, VerdictInvalid, VerdictFail}

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

func (c ThresholdCheck) verdict() Verdict {
	switch {
	case c.OK:
		return VerdictPass
	case c.NoData:
		return VerdictNoData
	}
	return VerdictFail
}

// judge derives validity, threshold checks and verdict from the numbers.
func (r *Result) judge() {
	r.Validity = r.doubt()
	r.Thresholds = []ThresholdCheck{}
	r.Verdict = VerdictNone
	if len(r.Spec.Thresholds) == 0 {
		return
	}
	asked := map[Verdict]bool{VerdictInvalid: r.Validity.State == Invalid}
	for _, threshold := range r.Spec.Thresholds {
		check := threshold.Check(r)
		r.Thresholds = append(r.Thresholds, check)
		asked[check.verdict()] = true
	}
	for _, verdict := range gravity {
		if asked[verdict] {
			r.Verdict = verdict
		}
	}
}
