package engine

import "testing"

// Ranges come out once, in order, and only if they are wanted.
func TestRequeued(t *testing.T) {
	var r requeued
	if _, ok := r.takeFirst(anyRange); ok || r.hasAny() {
		t.Error("an empty set is not empty")
	}
	for _, first := range []int64{7, 3, 5} {
		r.put(jobRange{first: first, end: first + 1, cumulative: float64(first) / 2})
	}
	if got, ok := r.takeFirst(func(c jobRange) bool { return c.first < 3 }); ok {
		t.Errorf("a range before job 3 was wanted, got %+v", got)
	}
	for _, first := range []int64{3, 5, 7} {
		if got, ok := r.takeFirst(func(c jobRange) bool { return c.first < 8 }); !ok ||
			got != (jobRange{first, first + 1, float64(first) / 2}) {
			t.Errorf("got %+v, want job %d", got, first)
		}
	}
	if _, ok := r.takeFirst(anyRange); ok || r.hasAny() {
		t.Error("ranges are left")
	}
}
