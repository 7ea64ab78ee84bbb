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
// base unit.
type ThresholdCheck struct {
	Expression string  `json:"expression"`
	Value      float64 `json:"value"`
	OK         bool    `json:"ok"`
}

// judge derives validity, threshold checks and verdict from the numbers.
func (r *Result) judge() {
	r.Validity = r.doubt()
	r.Thresholds = []ThresholdCheck{}
	r.Verdict = VerdictPass
	for _, threshold := range r.Spec.Thresholds {
		check, data := threshold.Check(r)
		r.Thresholds = append(r.Thresholds, check)
		if !data {
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
