package workload

import (
	"errors"
	"sync"
	"testing"
)

// However many take at once, no more than the limit is held, and all of it can be
// taken again once it was given back.
func TestMeter(t *testing.T) {
	var m Meter
	limit, each := Limit{Max: 10}, int64(3)
	for range 100 {
		var taken sync.Map
		var jobs sync.WaitGroup
		for i := range 8 {
			jobs.Go(func() {
				if m.Take(each, limit) {
					taken.Store(i, true)
				}
			})
		}
		jobs.Wait()
		if held := m.held.Load(); held > limit.Max {
			t.Fatalf("%d held, over %d", held, limit.Max)
		}
		taken.Range(func(any, any) bool { m.Give(each); return true })
		if held := m.held.Load(); held != 0 {
			t.Fatalf("%d held of what was given back", held)
		}
	}
	if !m.Take(limit.Max, limit) || m.Take(1, limit) {
		t.Error("the limit itself can be taken, and no more")
	}
}

func TestLimit(t *testing.T) {
	l := Limit{8 << 20, sizeOf("memory"), "--max-memory"}
	for _, test := range []struct {
		inFlight, each int64
		want           string
	}{
		{0, 8 << 20, ""},
		{4, 2 << 20, ""},
		{5, 2 << 20, "bytes: is too much: 5 in flight with 2 MiB of memory each; this host gives all jobs together 8 MiB of memory (--max-memory)"},
		{0, 8<<20 + 1, "bytes: is too much: 1 in flight with 8 MiB of memory each; this host gives all jobs together 8 MiB of memory (--max-memory)"},
		{1 << 62, 1 << 40, "bytes: is too much: 4611686018427387904 in flight with 1 TiB of memory each; this host gives all jobs together 8 MiB of memory (--max-memory)"},
	} {
		err := l.Check("bytes", test.inFlight, test.each)
		if got := message(err); got != test.want {
			t.Errorf("%d × %d: %q, want %q", test.inFlight, test.each, got, test.want)
		}
	}
	var failure *Failure
	if !errors.As(l.Exceeded(1<<20), &failure) || failure.Class != "limit" {
		t.Errorf("passed: %v", l.Exceeded(1))
	}
}
