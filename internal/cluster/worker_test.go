package cluster

import (
	"strconv"
	"testing"
	"testing/synctest"
	"time"
)

// A worker keeps a shard whose last report no server has, while others end, and
// forgets it after a while.
func TestWorkerKeepsUndelivered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &Worker{announcer: new(Announcer)}
		w.announcer.left = true // it says nothing
		discarded := map[string]bool{}
		for n := range 3 * maxKeptShards {
			s := &shardRun{worker: w, request: Prepare{Exec: strconv.Itoa(n), Weights: []int{1}}, state: Running}
			s.discard = func() { discarded[s.request.Exec] = true }
			s.reporter = newReporter(s)
			s.reporter.last, s.reporter.sendingLast = []encodedReport{{}}, n == 0
			w.shard = s
			w.release(s)
		}
		if w.find("0") == nil || discarded["0"] {
			t.Error("the shard whose report is under way was forgotten")
		}
		if w.find("1") != nil || !discarded["1"] {
			t.Error("a shard whose report was delivered is kept though there are many newer ones")
		}
		if w.find(strconv.Itoa(3*maxKeptShards-1)) == nil {
			t.Error("the last shard is not kept")
		}
		count := func() int {
			w.mu.Lock()
			defer w.mu.Unlock()
			return len(w.kept)
		}
		if got := count(); got != maxKeptShards {
			t.Errorf("%d shards are kept, want %d", got, maxKeptShards)
		}
		time.Sleep(keepReport + time.Second)
		if got := count(); got != 0 {
			t.Errorf("%d shards are kept for ever", got)
		}
	})
}
