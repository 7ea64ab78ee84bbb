package engine

import (
	"container/heap"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// byDeadline is a binary heap of timers, the reference for timerQueue.
type byDeadline []timer

func (h byDeadline) Len() int           { return len(h) }
func (h byDeadline) Less(i, j int) bool { return h[i].at < h[j].at }
func (h byDeadline) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *byDeadline) Push(x any)        { *h = append(*h, x.(timer)) }
func (h *byDeadline) Pop() any {
	last := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	return last
}

// Law: after any order of adds and pops the queue and a binary heap return the
// same deadlines, and the queue returns each job once.
func TestTimerQueueAgreesWithAHeap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var queue timerQueue
		var model byDeadline
		var lastPopped time.Duration
		seen := map[int64]bool{}
		take := func() {
			if got, want := queue.next(), model[0].at; got != want {
				t.Fatalf("next is %d, want %d", got, want)
			}
			want := heap.Pop(&model).(timer)
			got := queue.pop(0)
			if got.at != want.at {
				t.Fatalf("took %d, want %d", got.at, want.at)
			}
			if seen[got.job] {
				t.Fatalf("job %d came twice", got.job)
			}
			seen[got.job] = true
			lastPopped = got.at
		}
		var job int64
		for range rapid.IntRange(1, 400).Draw(t, "steps") {
			if len(model) == 0 || rapid.Bool().Draw(t, "add") {
				// Small and huge distances alike, up to a day.
				shift := rapid.IntRange(0, 46)
				ahead := rapid.Int64Range(0, int64(24*time.Hour)).Draw(t, "ahead") >> shift.Draw(t, "shift")
				w := timer{at: lastPopped + time.Duration(ahead), intended: time.Duration(job), job: job}
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

// Law: whatever is added while time passes, a queue whose owner is behind pops
// every timer that is due, in any order, and no other. It says so by next. Those
// that are not due follow in order.
func TestTimerQueueOfALateOwner(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var queue timerQueue
		var now time.Duration
		var job int64
		queued := map[int64]timer{}
		for range rapid.IntRange(1, 20).Draw(t, "rounds") {
			within := rapid.Int64Range(1, int64(time.Second)).Draw(t, "within") >> rapid.IntRange(0, 29).Draw(t, "shift")
			for range rapid.IntRange(0, 300).Draw(t, "added") {
				w := timer{at: now + time.Duration(job*7919%(within+1)), intended: now, job: job}
				queue.add(w)
				queued[job] = w
				job++
			}
			now += time.Duration(rapid.Int64Range(0, within).Draw(t, "passed"))
			popDue(t, &queue, queued, now, rapid.IntRange(0, 400).Draw(t, "popped"))
		}
		popDue(t, &queue, queued, now, len(queued))
		last := now
		for queue.length > 0 {
			got := queue.pop(now)
			if got != queued[got.job] {
				t.Fatalf("popped %v, want %v", got, queued[got.job])
			}
			delete(queued, got.job)
			if got.at < last {
				t.Fatalf("%d was popped after %d", got.at, last)
			}
			last = got.at
		}
		if len(queued) > 0 {
			t.Fatalf("%d timers are missing", len(queued))
		}
	})
}

// popDue pops up to most due timers and checks that they were queued.
func popDue(t *rapid.T, queue *timerQueue, queued map[int64]timer, now time.Duration, most int) {
	due := 0
	for _, w := range queued {
		if w.at <= now {
			due++
		}
	}
	for range min(due, most) {
		if next := queue.next(); next > now {
			t.Fatalf("next is %d at %d, and timers are due", next, now)
		}
		got := queue.pop(now)
		if got.at > now {
			t.Fatalf("%d was popped at %d, and others are due", got.at, now)
		}
		if got != queued[got.job] {
			t.Fatalf("popped %v, want %v", got, queued[got.job])
		}
		delete(queued, got.job)
	}
	if most >= due && queue.next() <= now {
		t.Fatalf("next is %d at %d, and no timer is due", queue.next(), now)
	}
}

// A queue whose owner is behind does not move timers to lower levels: it pops a
// slot as it is.
func TestTimerQueueDoesNotSortDueTimers(t *testing.T) {
	var queue timerQueue
	for i := range int64(1000) {
		queue.add(timer{at: time.Second + time.Duration(i*i%977)*time.Microsecond, job: i})
	}
	now := 2 * time.Second
	for queue.length > 0 {
		queue.pop(now)
		if queue.busy&7 != 0 {
			t.Fatalf("levels in use: %08b, want none below the fourth", queue.busy)
		}
	}
}

func TestTimerQueueReusesBlocks(t *testing.T) {
	var queue timerQueue
	var lastPopped time.Duration
	work := func() {
		for i := range int64(10_000) {
			queue.add(timer{at: lastPopped + time.Duration(i%977)*time.Microsecond, job: i})
		}
		for queue.length > 0 {
			lastPopped = queue.pop(0).at
		}
	}
	work()
	if n := testing.AllocsPerRun(20, work); n != 0 {
		t.Errorf("%v allocations in reused memory", n)
	}
}

// BenchmarkTimerQueue fills and drains the queue as one core does when half of
// N jobs of 1 s ± 20 % start at once.
func BenchmarkTimerQueue(b *testing.B) {
	source := rand.New(rand.NewPCG(1, 2))
	ahead := make([]time.Duration, 1_000_000)
	for i := range ahead {
		ahead[i] = 800*time.Millisecond + time.Duration(source.Int64N(int64(400*time.Millisecond)))
	}
	b.ReportAllocs()
	for b.Loop() {
		var queue timerQueue
		for i, d := range ahead {
			queue.add(timer{at: time.Duration(i)*20 + d, job: int64(i)})
		}
		for queue.length > 0 {
			queue.pop(0)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(ahead)), "ns/job")
}

// BenchmarkTimerQueueOfOne measures the share of the queue in a noop at
// concurrency 1.
func BenchmarkTimerQueueOfOne(b *testing.B) {
	var queue timerQueue
	b.ReportAllocs()
	for i := range b.N {
		queue.add(timer{at: time.Duration(i * 30), job: int64(i)})
		queue.next()
		queue.pop(0)
	}
}
