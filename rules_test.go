package aurea

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Every row is a spec whose fields are valid alone and invalid in combination.
func TestCrossFieldRules(t *testing.T) {
	const (
		oneJob      = "cannot be combined with workload (it is shorthand for a sleep workload); set only one"
		needJobs    = "is needed, or duration or stages: how many jobs, or for how long"
		needLevel   = "is needed when there is no num_jobs and no rate: how many jobs to keep in flight"
		ofRate      = "takes a rate: set rate, or stages with rates"
		needRoom    = "is needed to drop: how many jobs may be in flight before the next one is dropped"
		twoLoads    = "cannot be combined with stages of concurrency"
		tooLong     = "is longer than the stages together; leave it out, or lengthen the last stage"
		allWarmup   = "is part of the run and must be shorter than it, or nothing would be judged"
		needLength  = "is needed: how long the ramp takes"
		oneTarget   = "must have a rate or a concurrency to ramp to, and only one of them"
		noRate      = "cannot be combined with rate or stages, since each user does one job after the other"
		usersAlone  = "cannot be combined with concurrency, since each user has one job in flight; set only one"
		needSteps   = "needs the workload steps, whose cookies and connections users keep; set concurrency instead"
		sameTargets = "must ramp what the first stage does: all stages have rates, or all have concurrencies"
	)
	for _, test := range []struct {
		document string
		want     []FieldError
	}{
		{`{"num_jobs": 1, "job_duration_ms": 0, "workload": {"kind": "noop"}}`,
			[]FieldError{{Location: "job_duration_ms", Message: oneJob}}},
		{`{"concurrency": 5}`, []FieldError{{Location: "num_jobs", Message: needJobs}}},
		{`{"rate": 5}`, []FieldError{{Location: "num_jobs", Message: needJobs}}},
		{`{"duration": "1s"}`, []FieldError{{Location: "concurrency", Message: needLevel}}},
		{`{"num_jobs": 1, "arrival": "poisson", "on_saturation": "wait"}`,
			[]FieldError{{Location: "arrival", Message: ofRate}, {Location: "on_saturation", Message: ofRate}}},
		{`{"stages": [{"duration": "1s", "concurrency": 1}], "arrival": "constant"}`,
			[]FieldError{{Location: "arrival", Message: ofRate}}},
		{`{"num_jobs": 1, "rate": 1, "on_saturation": "drop"}`,
			[]FieldError{{Location: "concurrency", Message: needRoom}}},
		{`{"rate": 1, "stages": [{"duration": "1s", "concurrency": 1}]}`,
			[]FieldError{{Location: "rate", Message: twoLoads}}},
		{`{"duration": "2001ms", "stages": [{"duration": "1s", "rate": 1}, {"duration": "1s", "rate": 2}]}`,
			[]FieldError{{Location: "duration", Message: tooLong}}},
		{`{"duration": "1s", "rate": 1, "warmup": "1s"}`, []FieldError{{Location: "warmup", Message: allWarmup}}},
		{`{"stages": [{"duration": "1s", "rate": 1}], "warmup": "1h"}`,
			[]FieldError{{Location: "warmup", Message: allWarmup}}},
		{`{"duration": "1s", "stages": [{"duration": "1h", "rate": 1}], "warmup": "2s"}`,
			[]FieldError{{Location: "warmup", Message: allWarmup}}},
		{`{"num_jobs": 1, "sample": 1}`, []FieldError{{Location: "sample",
			Message: "keeps the requests of http jobs, and the workload has none; leave it out"}}},
		{`{"num_jobs": 1, "users": 1}`, []FieldError{{Location: "users", Message: needSteps}}},
		{`{"num_jobs": 1, "users": 1, "concurrency": 1, "workload": {"kind": "steps", "steps": [{"kind": "noop"}]}}`,
			[]FieldError{{Location: "users", Message: usersAlone}}},
		{`{"duration": "1s", "users": 1, "rate": 1, "workload": {"kind": "steps", "steps": [{"kind": "noop"}]}}`,
			[]FieldError{{Location: "users", Message: noRate}}},
		{`{"users": 1, "workload": {"kind": "steps", "steps": [{"kind": "noop"}]}}`,
			[]FieldError{{Location: "num_jobs", Message: needJobs}}},
		{`{"stages": [{"rate": 1}]}`, []FieldError{{Location: "stages[0].duration", Message: needLength}}},
		{`{"stages": [{"duration": "1s"}, {"duration": "1s", "rate": 1, "concurrency": 1}]}`,
			[]FieldError{{Location: "stages[0]", Message: oneTarget}, {Location: "stages[1]", Message: oneTarget}}},
		{`{"stages": [{"duration": "1s", "rate": 1}, {"duration": "1s", "concurrency": 1}]}`,
			[]FieldError{{Location: "stages[1]", Message: sameTargets}}},
		{`{"stages": [{"duration": "1s", "concurrency": 0}]}`,
			[]FieldError{{Location: "stages", Message: "must go above 0 somewhere"}}},
	} {
		_, err := DecodeSpec([]byte(test.document))
		if diff := cmp.Diff(test.want, fieldsOf(t, err)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.document, diff)
		}
	}
}

// Every row only just obeys one of the rules above.
func TestCrossFieldRulesObeyed(t *testing.T) {
	for _, document := range []string{
		`{"num_jobs": 1, "workload": {"kind": "noop"}}`,
		`{"duration": "1s", "num_jobs": 5}`,
		`{"duration": "1s", "rate": 1}`,
		`{"num_jobs": 1, "rate": 1, "arrival": "poisson", "on_saturation": "wait"}`,
		`{"stages": [{"duration": "1s", "rate": 1}], "arrival": "poisson", "on_saturation": "drop", "concurrency": 1}`,
		`{"rate": 5, "stages": [{"duration": "1s", "rate": 1}, {"duration": "1s", "rate": 0}]}`,
		`{"concurrency": 5, "stages": [{"duration": "1s", "concurrency": 1}]}`,
		`{"duration": "2s", "stages": [{"duration": "1s", "rate": 1}, {"duration": "1s", "rate": 2}]}`,
		`{"duration": "1s", "rate": 1, "warmup": "0.999999999s"}`,
		`{"num_jobs": 1, "warmup": "24h"}`,
	} {
		if _, err := DecodeSpec([]byte(document)); err != nil {
			t.Errorf("%s is invalid: %v", document, err)
		}
	}
}
