package server

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// A document is a decoded JSON response.
type document map[string]any

// at returns the value at a path such as "latency.p99".
func (d document) at(path string) any {
	var value any = map[string]any(d)
	for name := range strings.SplitSeq(path, ".") {
		object, _ := value.(map[string]any)
		value = object[name]
	}
	return value
}

// wantMembers compares the values at several paths.
func (d document) wantMembers(t testing.TB, what string, want map[string]any) {
	t.Helper()
	got := map[string]any{}
	for path := range want {
		got[path] = d.at(path)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// number returns the number at a path.
func (d document) number(t testing.TB, path string) float64 {
	t.Helper()
	n, ok := d.at(path).(float64)
	if !ok {
		t.Fatalf("%s is %v, want a number", path, d.at(path))
	}
	return n
}

// time returns the time at a path, which must be in UTC.
func (d document) time(t testing.TB, path string) time.Time {
	t.Helper()
	text, _ := d.at(path).(string)
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil || !strings.HasSuffix(text, "Z") {
		t.Fatalf("%s is %q, want a time in UTC", path, text)
	}
	return at
}

// near reports whether a and b differ only by rounding errors.
func near(a, b float64) bool { return math.Abs(a-b) <= 1e-9*max(math.Abs(a), math.Abs(b)) }
