package engine

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// Law: what has ended is taken in the order in which it was put, and nothing is
// lost, up to the room that was asked for.
func TestEndingsAreAQueue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		room := rapid.Int64Range(1, 40).Draw(t, "room")
		ring := newEndings(room)
		var model []ending
		for i := range rapid.Int64Range(1, 300).Draw(t, "steps") {
			if !ring.full() && rapid.Bool().Draw(t, "put") {
				e := ending{waiting{job: i}, time.Duration(i)}
				ring.put(e)
				model = append(model, e)
			} else if len(model) > 0 {
				if got := ring.take(); got != model[0] {
					t.Fatalf("took %+v, want %+v", got, model[0])
				}
				model = model[1:]
			}
			if ring.waiting() != len(model) || ring.full() && int64(len(model)) < room {
				t.Fatalf("%d are waiting (full: %v), want %d of at least %d", ring.waiting(), ring.full(), len(model), room)
			}
		}
	})
}

func TestRoomOfEndings(t *testing.T) {
	for _, test := range []struct {
		concurrency int64
		want        int
	}{{0, 1}, {1, 1}, {2, 2}, {3, 4}, {1 << 40, mostEndings}} {
		if got := len(newEndings(test.concurrency).ring); got != test.want {
			t.Errorf("room for %d of %d jobs in flight, want %d", got, test.concurrency, test.want)
		}
	}
}
