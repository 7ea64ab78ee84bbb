package aurea

import "fmt"

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

// A ThresholdCheck is a threshold applied to a result; Value is in the metric's
// base unit.
type ThresholdCheck struct {
	Expression string  `json:"expression"`
	Value      float64 `json:"value"`
	OK         bool    `json:"ok"`
}

// Validity says whether the numbers of a result may be believed; it is apart
// from how the run ended and from whether it passed.
type Validity struct {
	State   ValidityState `json:"state"`
	Reasons []Reason      `json:"reasons"`
}

// A ValidityState is how far to believe a result.
type ValidityState string

// The states, from good to bad.
const (
	Valid    ValidityState = "valid"
	Degraded ValidityState = "degraded"
	Invalid  ValidityState = "invalid"
)

// A Reason is one doubt about a result: a code for programs, a sentence for
// people, and, where it has them, the value measured and the limit it passed.
type Reason struct {
	Code    string        `json:"code"`
	Message string        `json:"message"`
	State   ValidityState `json:"state"` // what this reason alone makes of the result
	Value   float64       `json:"value,omitempty"`
	Limit   float64       `json:"limit,omitempty"`
}

// doubts are the checks of a result's validity; each returns its reason, and
// false when there is none.
var doubts = []func(*Result) (Reason, bool){
	func(r *Result) (Reason, bool) {
		return Reason{Code: "no_samples", State: Invalid, Message: "no job ended, so there is nothing to believe"}, r.Counts.Ended() == 0
	},
	func(r *Result) (Reason, bool) {
		return Reason{Code: "stopped", State: Invalid, Message: "the run was stopped before its end; these are the jobs that had ended by then"}, r.Status != StatusCompleted
	},
	func(r *Result) (Reason, bool) {
		err := r.Counts.Check()
		return Reason{Code: "accounting", State: Invalid, Message: fmt.Sprint(err)}, err != nil
	},
	func(r *Result) (Reason, bool) {
		return Reason{Code: "not_all_in_flight", State: Degraded, Value: float64(r.InFlight.Max), Limit: float64(r.askedInFlight()),
			Message: "fewer jobs were in flight at once than were asked for: the first ended before the last had started"}, r.InFlight.Max < r.askedInFlight()
	},
}

// askedInFlight is how many jobs the spec wanted in flight at once.
func (r *Result) askedInFlight() int64 {
	if r.Spec.Concurrency == 0 {
		return r.Counts.Planned
	}
	return min(r.Spec.Concurrency, r.Counts.Planned)
}

// judge derives validity, threshold checks and verdict from the numbers.
func (r *Result) judge() {
	r.Validity = Validity{State: Valid, Reasons: []Reason{}}
	for _, doubt := range doubts {
		if reason, doubtful := doubt(r); doubtful {
			r.Validity.add(reason)
		}
	}
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

func (v *Validity) add(reason Reason) {
	v.Reasons = append(v.Reasons, reason)
	if reason.State == Invalid || v.State == Valid {
		v.State = reason.State
	}
}
