package cluster

import (
	"fmt"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// The first members of a run are described by their last reports with an
// interval; reports are counted by outcome.
func TestDispatcherStats(t *testing.T) {
	var s dispatcherStats
	members := make([]*member, aurea.MaxWorkerStats+1)
	for i := range members {
		members[i] = &member{Member: Member{Worker: Hello{ID: fmt.Sprint("id-", i), Name: fmt.Sprint("worker-", i)}}}
	}
	s.begin("other", members[:1])
	s.begin("exec", members)
	s.end("other")
	report := NewReport()
	report.Length, report.CPU = 500*time.Millisecond, 0.5
	for range 10 {
		report.Judged.End(aurea.OK, 0, time.Second, 2*time.Second)
	}
	s.observe("exec", 1, report)
	s.observe("exec", 1, NewReport())               // a piece of the breakdown
	s.observe("exec", aurea.MaxWorkerStats, report) // beyond the list
	s.observe("other", 0, report)
	if n := len(s.live); n != aurea.MaxWorkerStats {
		t.Fatalf("%d members, want %d", n, aurea.MaxWorkerStats)
	}
	want := aurea.WorkerStats{
		ID: "id-1", Name: "worker-1", Throughput: 20, CPU: 0.5, DelayP99: report.Judged.Delay.Quantile(0.99).Seconds(),
	}
	if s.live[1] != want {
		t.Errorf("the second member is %+v, want %+v", s.live[1], want)
	}
	if want := (aurea.WorkerStats{ID: "id-0", Name: "worker-0"}); s.live[0] != want {
		t.Errorf("a member without a report is %+v, want %+v", s.live[0], want)
	}
	for _, outcome := range []Outcome{Folded, Folded, Folded, Again, Again, Refused} {
		s.count(outcome)
	}
	if got := [3]int64{s.folded.Load(), s.again.Load(), s.refused.Load()}; got != [3]int64{3, 2, 1} {
		t.Errorf("%v reports were folded, came again and were refused, want 3, 2 and 1", got)
	}
}
