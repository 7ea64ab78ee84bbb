package engine

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// Law: completions come out in the order in which they went in, and none is
// lost, up to the requested capacity.
func TestCompletionsAreAQueue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		capacity := rapid.Int64Range(1, 40).Draw(t, "capacity")
		ring := newCompletions(capacity)
		var model []completion
		for i := range rapid.Int64Range(1, 300).Draw(t, "steps") {
			if !ring.full() && rapid.Bool().Draw(t, "put") {
				e := completion{timer{job: i}, time.Duration(i)}
				ring.push(e)
				model = append(model, e)
			} else if len(model) > 0 {
				if got := ring.pop(); got != model[0] {
					t.Fatalf("took %+v, want %+v", got, model[0])
				}
				model = model[1:]
			}
			if ring.size() != len(model) {
				t.Fatalf("%d are buffered, want %d", ring.size(), len(model))
			}
			if ring.full() && int64(len(model)) < capacity {
				t.Fatalf("full with %d, want at least %d", len(model), capacity)
			}
		}
	})
}

func TestCapacityOfCompletions(t *testing.T) {
	for _, test := range []struct {
		concurrency int64
		want        int
	}{{0, 1}, {1, 1}, {2, 2}, {3, 4}, {1 << 40, maxCompletions}} {
		if got := len(newCompletions(test.concurrency).ring); got != test.want {
			t.Errorf("capacity for %d of %d jobs in flight, want %d", got, test.concurrency, test.want)
		}
	}
}
