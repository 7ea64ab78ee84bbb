package aurea

import (
	"testing"
	"time"
)

// The target of a plan has its number of jobs, and its rate or level at the time.
func TestTargetAt(t *testing.T) {
	tests := []struct {
		spec string
		at   time.Duration
		want Target
	}{
		{`{"num_jobs": 7}`, 0, Target{Jobs: 7, InFlight: 7}},
		{`{"num_jobs": 7, "concurrency": 3}`, time.Hour, Target{Jobs: 7, InFlight: 3}},
		{`{"duration": "1m", "rate": 50.5}`, 30 * time.Second, Target{Rate: 50.5}},
		{`{"stages": [{"duration": "10s", "rate": 100}]}`, 4 * time.Second, Target{Rate: 40}},
		{`{"stages": [{"duration": "10s", "rate": 100}]}`, 10 * time.Second, Target{}},
		{`{"stages": [{"duration": "10s", "concurrency": 100}]}`, 5 * time.Second, Target{InFlight: 50}},
	}
	for _, test := range tests {
		spec, err := DecodeSpec([]byte(test.spec))
		if err != nil {
			t.Fatal(err)
		}
		if got := NewPlan(spec, 1).TargetAt(test.at); got != test.want {
			t.Errorf("%s after %v: %+v, want %+v", test.spec, test.at, got, test.want)
		}
	}
}

// An interval without anything to tell of leaves the examples as they were.
func TestExamplesAdd(t *testing.T) {
	first, second := time.Unix(1, 0), time.Unix(2, 0)
	tally := NewTally()
	tally.End(OK, 0, 1*time.Millisecond, 3*time.Millisecond)
	tally.End(OK, 0, 2*time.Millisecond, 3*time.Millisecond)
	tally.Dropped = 5
	var e Exemplars
	e.Add("a", tally, first)
	failed := NewTally()
	failed.End(Failed, 0, 4*time.Millisecond, 10*time.Millisecond)
	e.Add("b", failed, second)
	want := Exemplars{
		Latency:     Exemplar{"a", 0.003, first},
		ServiceTime: Exemplar{"b", 0.006, second},
		Delay:       Exemplar{"b", 0.004, second},
	}
	want.Outcomes[OK] = Exemplar{"a", 2, first}
	want.Outcomes[Failed] = Exemplar{"b", 1, second}
	want.Outcomes[Dropped] = Exemplar{"a", 5, first}
	if e != want {
		t.Errorf("got %+v, want %+v", e, want)
	}
}
