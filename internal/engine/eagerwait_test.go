package engine

import "testing"

// polled counts which of n waits poll, if the i-th brings events while it does.
func polled(n int, comes func(i int) bool) (polls int) {
	var e eagerWait
	for i := range n {
		if e.polls() {
			polls++
			e.note(comes(i))
		}
	}
	return polls
}

// Waits poll while that pays, and next to none do where it does not.
func TestEagerWait(t *testing.T) {
	if got := polled(6400, func(int) bool { return true }); got != 6400 {
		t.Errorf("%d of 6400 waits poll where events come, want all", got)
	}
	if got := polled(6400, func(int) bool { return false }); got < 100 || got > 106 {
		t.Errorf("%d of 6400 waits poll where no events come, want one of 64 after the first", got)
	}
	if got := polled(6400, func(i int) bool { return i >= 3200 }); got < 3200-maxWithout+50 {
		t.Errorf("%d of 6400 waits poll where events come in the second half, want nearly all of them", got)
	}
}
