package aurea

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Errors has failures and timeouts, the most frequent first.
func TestProgressErrors(t *testing.T) {
	interval := NewTally()
	p := Progress{Interval: interval}
	if errors := p.Errors(); errors != nil {
		t.Errorf("errors of an empty interval: %+v", errors)
	}
	interval.Timeout = 5
	interval.Failed = 13
	p.Failures = map[string]int64{"reset": 3, "status": 7, "connect": 3}
	want := []ErrorClass{{Class: "status", Count: 7}, {Class: "timeout", Count: 5}, {Class: "connect", Count: 3},
		{Class: "reset", Count: 3}}
	if diff := cmp.Diff(want, p.Errors()); diff != "" {
		t.Errorf("errors (-want +got):\n%s", diff)
	}
	p.Failures["injected"] = 4 // 4 of the timeouts
	want = []ErrorClass{{Class: "status", Count: 7}, {Class: "injected", Count: 4}, {Class: "connect", Count: 3},
		{Class: "reset", Count: 3}, {Class: "timeout", Count: 1}}
	if diff := cmp.Diff(want, p.Errors()); diff != "" {
		t.Errorf("errors with timeouts of a class of their own (-want +got):\n%s", diff)
	}
}
