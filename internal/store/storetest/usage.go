package storetest

import (
	"testing"

	"github.com/aurea-orchestrator/aurea"
)

// Usage counts all runs, and the bytes that a retention counts: one of that
// many bytes keeps everything, and one of a byte less forgets a run.
func testUsage(t *testing.T, place Place) {
	s := place.Open(t)
	usage := func() (runs, bytes int64) {
		runs, bytes, err := s.Usage(t.Context())
		check(t, err)
		return runs, bytes
	}
	runs, bytes := usage()
	expect(t, runs, 0)
	expect(t, bytes, 0)
	for n := range 3 {
		Keep(t, s, Finished(NewRun(n), 5))
	}
	runs, bytes = usage()
	expect(t, runs, 3)
	expect(t, must[int](t)(s.Prune(t.Context(), aurea.Retention{Bytes: bytes})), 0)
	expect(t, must[int](t)(s.Prune(t.Context(), aurea.Retention{Bytes: bytes - 1})), 1)
	left, fewer := usage()
	expect(t, left, 2)
	if fewer <= 0 || fewer >= bytes {
		t.Errorf("two of three runs take %d bytes, of %d", fewer, bytes)
	}
}
