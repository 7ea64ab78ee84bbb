package workload

import (
	"sync"
	"testing"
)

// A Meter never exceeds its limit, however many goroutines take from it at once.
// What was given back can be taken again.
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
			t.Fatalf("%d is held, over the limit of %d", held, limit.Max)
		}
		taken.Range(func(any, any) bool { m.Give(each); return true })
		if held := m.held.Load(); held != 0 {
			t.Fatalf("%d is held after all was given back", held)
		}
	}
	if !m.Take(limit.Max, limit) {
		t.Error("the limit itself cannot be taken")
	}
	if m.Take(1, limit) {
		t.Error("more than the limit can be taken")
	}
}

// Check refuses jobs in flight that exceed the limit together, without overflow.
func TestLimit(t *testing.T) {
	const host = "this host gives all jobs together 8 MiB of memory (--max-memory)"
	l := Limit{8 << 20, sizeOf("memory"), "--max-memory"}
	for _, test := range []struct {
		inFlight, each int64
		want           string
	}{
		{0, 8 << 20, ""},
		{4, 2 << 20, ""},
		{5, 2 << 20, "bytes: is too much: 5 in flight with 2 MiB of memory each; " + host},
		{0, 8<<20 + 1, "bytes: is too much: 1 in flight with 8 MiB of memory each; " + host},
		{1 << 62, 1 << 40, "bytes: is too much: 4611686018427387904 in flight with 1 TiB of memory each; " + host},
	} {
		err := l.Check("bytes", test.inFlight, test.each)
		if got := message(err); got != test.want {
			t.Errorf("%d × %d: %q, want %q", test.inFlight, test.each, got, test.want)
		}
	}
	if class := classOf(l.Exceeded(1 << 20)); class != "limit" {
		t.Errorf("Exceeded is a failure of class %q, want limit", class)
	}
}
