package aurea

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What went wrong is what failed and what took too long, the most frequent first.
func TestProgressErrors(t *testing.T) {
	interval := NewTally()
	p := Progress{Interval: interval}
	if errors := p.Errors(); errors != nil {
		t.Errorf("of an interval in which nothing happened: %+v", errors)
	}
	interval.Timeout = 5
	interval.Failed = 13
	p.Failures = map[string]int64{"reset": 3, "status": 7, "connect": 3}
	want := []ErrorClass{{Class: "status", Count: 7}, {Class: "timeout", Count: 5}, {Class: "connect", Count: 3}, {Class: "reset", Count: 3}}
	if diff := cmp.Diff(want, p.Errors()); diff != "" {
		t.Errorf("errors (-want +got):\n%s", diff)
	}
	p.Failures["injected"] = 4 // of those that took too long
	want = []ErrorClass{{Class: "status", Count: 7}, {Class: "injected", Count: 4}, {Class: "connect", Count: 3}, {Class: "reset", Count: 3}, {Class: "timeout", Count: 1}}
	if diff := cmp.Diff(want, p.Errors()); diff != "" {
		t.Errorf("errors with timeouts of another class (-want +got):\n%s", diff)
	}
}
