package engine

import (
	"container/heap"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// byDeadline is the textbook queue that deadlines is held against.
type byDeadline []waiting

func (h byDeadline) Len() int           { return len(h) }
func (h byDeadline) Less(i, j int) bool { return h[i].at < h[j].at }
func (h byDeadline) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *byDeadline) Push(x any)        { *h = append(*h, x.(waiting)) }
func (h *byDeadline) Pop() any {
	last := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	return last
}

// Law: whatever is put in and taken out in whatever order, the queue agrees
// with a binary heap on every deadline, and gives each job back once.
func TestDeadlinesAgreeWithAHeap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var queue deadlines
		var model byDeadline
		seen := map[int64]bool{}
		take := func() {
			if got, want := queue.next(), model[0].at; got != want {
				t.Fatalf("next is %d, want %d", got, want)
			}
			want := heap.Pop(&model).(waiting)
			got := queue.pop()
			if got.at != want.at {
				t.Fatalf("took %d, want %d", got.at, want.at)
			}
			if seen[got.job] {
				t.Fatalf("job %d came twice", got.job)
			}
			seen[got.job] = true
		}
		var job int64
		for range rapid.IntRange(1, 400).Draw(t, "steps") {
			if len(model) == 0 || rapid.Bool().Draw(t, "add") {
				// Small and huge distances alike, up to a day.
				ahead := rapid.Int64Range(0, int64(24*time.Hour)).Draw(t, "ahead") >> rapid.IntRange(0, 46).Draw(t, "shift")
				w := waiting{at: queue.last + time.Duration(ahead), intended: time.Duration(job), job: job}
				job++
				queue.add(w)
				heap.Push(&model, w)
			} else {
				take()
			}
			if queue.length != int64(len(model)) {
				t.Fatalf("length %d, want %d", queue.length, len(model))
			}
		}
		for len(model) > 0 {
			take()
		}
		if got := queue.next(); got != math.MaxInt64 {
			t.Fatalf("an empty queue's next is %d", got)
		}
	})
}

func TestDeadlinesReuseBlocks(t *testing.T) {
	var queue deadlines
	work := func() {
		for i := range int64(10_000) {
			queue.add(waiting{at: queue.last + time.Duration(i%977)*time.Microsecond, job: i})
		}
		for queue.length > 0 {
			queue.pop()
		}
	}
	work()
	if n := testing.AllocsPerRun(20, work); n != 0 {
		t.Errorf("%v allocations for work whose memory is there", n)
	}
}

// BenchmarkDeadlines fills and drains the queue as one core does when half of
// N jobs of 1 s ± 20 % start at once.
func BenchmarkDeadlines(b *testing.B) {
	source := rand.New(rand.NewPCG(1, 2))
	ahead := make([]time.Duration, 1_000_000)
	for i := range ahead {
		ahead[i] = 800*time.Millisecond + time.Duration(source.Int64N(int64(400*time.Millisecond)))
	}
	b.ReportAllocs()
	for b.Loop() {
		var queue deadlines
		for i, d := range ahead {
			queue.add(waiting{at: time.Duration(i)*20 + d, job: int64(i)})
		}
		for queue.length > 0 {
			queue.pop()
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(ahead)), "ns/job")
}

// BenchmarkDeadlinesOne is the queue's share of a noop at concurrency 1.
func BenchmarkDeadlinesOne(b *testing.B) {
	var queue deadlines
	b.ReportAllocs()
	for i := range b.N {
		queue.add(waiting{at: time.Duration(i * 30), job: int64(i)})
		queue.next()
		queue.pop()
	}
}
