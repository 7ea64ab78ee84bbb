package engine

import "testing"

// What was returned is given out once, in order, and only to whom wants it.
func TestReturns(t *testing.T) {
	var r returns
	if _, ok := r.take(anyJobs); ok || r.some() {
		t.Error("something was returned before anything was")
	}
	for _, first := range []int64{7, 3, 5} {
		r.put(claimed{first: first, end: first + 1, mark: float64(first) / 2})
	}
	if got, ok := r.take(func(c claimed) bool { return c.first < 3 }); ok {
		t.Errorf("who would begin with job 3 got %+v", got)
	}
	for _, first := range []int64{3, 5, 7} {
		if got, ok := r.take(func(c claimed) bool { return c.first < 8 }); !ok || got != (claimed{first, first + 1, float64(first) / 2}) {
			t.Errorf("got %+v, want job %d", got, first)
		}
	}
	if _, ok := r.take(anyJobs); ok || r.some() {
		t.Error("something is left")
	}
}
