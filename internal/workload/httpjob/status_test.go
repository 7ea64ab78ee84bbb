package httpjob

import (
	"testing"

	"github.com/aurea-orchestrator/aurea/param"
)

// A set has the statuses that it was made of, and no other; an empty one has
// those below 400.
func TestStatusSet(t *testing.T) {
	for _, test := range []struct {
		name string
		from []any
		want func(status int) bool
	}{
		{"none", nil, func(status int) bool { return status < 400 }},
		{"number", []any{int64(599)}, func(status int) bool { return status == 599 }},
		{"class", []any{"2xx"}, func(status int) bool { return status/100 == 2 }},
		{"both", []any{"5xx", int64(100)}, func(status int) bool { return status == 100 || status/100 == 5 }},
	} {
		set := newStatusSet(param.Values{"status": test.from})
		for status := range 1000 {
			if got := set.has(status); got != test.want(status) {
				t.Errorf("%s: has(%d) = %v", test.name, status, got)
			}
		}
	}
}
