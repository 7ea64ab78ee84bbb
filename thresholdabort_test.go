package aurea

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// The two forms of a threshold that aborts, as they are written and as they are
// encoded.
func TestThresholdsThatAbort(t *testing.T) {
	for _, test := range []struct{ written, encoded string }{
		{`"error_rate < 50% abort"`, `{"expression":"error_rate < 50%","abort_on_fail":true}`},
		{`" error_rate<50%  abort  after 1m "`, `{"expression":"error_rate<50%","abort_on_fail":true,"after":"1m0s"}`},
		{`"p99 < 1 s abort after 5s"`, `{"expression":"p99 < 1 s","abort_on_fail":true,"after":"5s"}`},
		{`{"expression": "error_rate < 50%", "abort_on_fail": true, "after": "5s"}`,
			`{"expression":"error_rate < 50%","abort_on_fail":true,"after":"5s"}`},
		{`{"expression": "error_rate < 50%", "abort_on_fail": true, "after": "0s"}`,
			`{"expression":"error_rate < 50%","abort_on_fail":true}`},
		{`{"expression": "error_rate < 50% abort", "after": "5s"}`,
			`{"expression":"error_rate < 50%","abort_on_fail":true,"after":"5s"}`},
		{`{"expression": "error_rate < 50%"}`, `"error_rate < 50%"`},
		{`{"expression": "error_rate < 50% abort after 5s", "abort_on_fail": false}`, `"error_rate < 50%"`},
		{`{"expression": "phases.connect.p99 < 1s", "abort_on_fail": false}`, `"phases.connect.p99 < 1s"`},
	} {
		spec, err := DecodeSpec([]byte(`{"num_jobs": 1, "thresholds": [` + test.written + `]}`))
		if err != nil {
			t.Errorf("%s: %v", test.written, err)
			continue
		}
		encoded, err := spec.Thresholds[0].MarshalJSON()
		if err != nil || string(encoded) != test.encoded {
			t.Errorf("%s is encoded as %s (%v), want %s", test.written, encoded, err, test.encoded)
		}
	}
}

func TestWrongThresholdsThatAbort(t *testing.T) {
	const late = " is not known before the end of the run, so it cannot abort one; " +
		"error_rate, throughput and the statistics of latency, service_time and delay can"
	const after = "must be a duration such as \"250ms\" from 0s to 24h; got "
	for _, test := range []struct {
		written string
		want    FieldError
	}{
		{`"p99 < 1s abort after soon"`,
			FieldError{Location: "thresholds[0]", Message: "abort after " + after + `"soon"`}},
		{`"p99 < 1s abort now"`, FieldError{Location: "thresholds[0]", Message: formRule + `"p99 < 1s abort now"`}},
		{`"abort"`, FieldError{Location: "thresholds[0]", Message: formRule + `"abort"`}},
		{`"in_flight < 5 abort"`, FieldError{Location: "thresholds[0]", Message: "in_flight" + late}},
		{`{"expression": "phases.x.p99 < 1s", "abort_on_fail": true}`,
			FieldError{Location: "thresholds[0].expression", Message: "phases.x.p99" + late}},
		{`{"expression": "p99 <", "abort_on_fail": true}`,
			FieldError{Location: "thresholds[0].expression", Message: formRule + `"p99 <"`}},
		{`{"expression": "p99 < 1s", "after": "5s"}`,
			FieldError{Location: "thresholds[0].after", Message: `takes "abort_on_fail": true, which it delays`}},
		{`{"expression": "p99 < 1s", "abort_on_fail": true, "after": -1}`,
			FieldError{Location: "thresholds[0].after", Message: after + "-1"}},
		{`{"abort_on_fail": true}`,
			FieldError{Location: "thresholds[0].expression", Message: "is needed: a figure, a comparison and a limit"}},
		{`7`, FieldError{Location: "thresholds[0]", Message: `must be a string such as "p99 < 250ms", ` +
			`or an object such as {"expression": "error_rate < 50%", "abort_on_fail": true, "after": "5s"}; got 7`}},
	} {
		_, err := DecodeSpec([]byte(`{"num_jobs": 1, "thresholds": [` + test.written + `]}`))
		var invalid *InvalidError
		if !errors.As(err, &invalid) {
			t.Errorf("%s: %v", test.written, err)
			continue
		}
		if diff := cmp.Diff([]FieldError{test.want}, invalid.Fields); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.written, diff)
		}
	}
}

// A stored threshold keeps its abort.
func TestStoredThresholdThatAborts(t *testing.T) {
	var got Threshold
	if err := got.UnmarshalJSON([]byte(`{"expression":"p99 < 1","abort_on_fail":true,"after":"5s"}`)); err != nil {
		t.Fatal(err)
	}
	want := Threshold{Expression: "p99 < 1", AbortOnFail: true, After: 5 * time.Second}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(Threshold{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
