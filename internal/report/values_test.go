package report

import (
	"testing"

	"github.com/aurea-orchestrator/aurea"
)

// A range of in flight is one number where both ends are equal.
func TestFormatInFlight(t *testing.T) {
	for want, n := range map[string]aurea.InFlight{
		"9 at most, 5 on average":                           {Max: 9, Mean: 5, Effective: 5},
		"9 at most, 4 on average":                           {Max: 9, AtLeast: 9, Mean: 4, Effective: 4},
		"7 to 9 at most, 5 on average, 2 of them on a core": {Max: 9, AtLeast: 7, Mean: 5, Effective: 2},
	} {
		if got := formatInFlight(n); got != want {
			t.Errorf("%+v is %q, want %q", n, got, want)
		}
	}
}
