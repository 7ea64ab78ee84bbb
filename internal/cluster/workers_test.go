package cluster

import (
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
)

// A member is described with its identity, its counts and times, and its clock.
func TestWorkerResult(t *testing.T) {
	plan := decodePlan(t, exampleSpec)
	books := NewBooks(plan, 7, simulatedMetrics)
	for _, r := range exampleReports(t) {
		if r.Final != nil {
			r.Final.FirstStart, r.Final.MaxInFlight, r.Final.Full = 4*ms, 3, true
			r.Final.PeakFrom, r.Final.PeakUntil = 5*ms, 6*ms
		}
		fold(t, books, r, Folded)
	}
	environment := aurea.Environment{CPU: "x", Cores: 4}.WithDigest()
	member := Member{
		Worker: Hello{ID: "id", Name: "one", Host: "h", Boot: "b", Environment: environment}, Shard: plan, Books: books,
		Clock: Estimate{Offset: -second, Bound: 2 * ms}, Drift: 3 * ms,
	}
	want := aurea.WorkerResult{
		ID: "id", Name: "one", Host: "h", Boot: "b", Cores: 4, State: aurea.WorkerEnded,
		Counts:     aurea.Counts{Planned: 4, OK: 1, Timeout: 1, Cancelled: 1, Dropped: 1},
		Throughput: 0.5,
		Latency:    aurea.WorkerQuantiles{P50: 0.001, P99: 0.001}, Delay: aurea.WorkerQuantiles{P50: 1e-9, P99: 1e-9},
		MaxInFlight: 3, PeakFrom: 0.005, PeakUntil: 0.006, Full: true, CPU: 0.5, Offset: -1, Bound: 0.002, Drift: 0.003,
		FirstStart: 0.004, LastEnd: 2, Reports: 2, LongestGap: 1, Environment: &environment,
	}
	if diff := cmp.Diff(want, member.result(2)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// Of a lost worker there is what its reports say.
func TestLostWorkerResult(t *testing.T) {
	shard := decodePlan(t, exampleSpec).Shard(1, []int{1, 1})
	books := NewBooks(shard, 7, simulatedMetrics)
	r := newInterval(0, second)
	r.Epoch, r.Seq, r.CPU, r.InFlight = 7, 1, 0.7, 2
	*r.Judged = *aurea.NewTally()
	fold(t, books, r, Folded)
	books.Lose(6*second, 6*second)
	member := Member{Shard: shard, Books: books}
	want := aurea.WorkerResult{
		State: aurea.WorkerLost, Counts: aurea.Counts{Planned: 2, Lost: 2}, MaxInFlight: 2, CPU: 0.7, FirstDue: 0.25,
		FirstStart: -1, LastEnd: 1, Reports: 1, LongestGap: 1, Environment: &aurea.Environment{},
	}
	if diff := cmp.Diff(want, member.result(2)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// The share of the load that lost workers left undone is one of jobs or, where
// time ends a closed run, of slots and time.
func TestLostShare(t *testing.T) {
	for spec, want := range map[string]float64{
		`{"num_jobs": 40, "concurrency": 4}`:    0.25,
		`{"duration": "60s", "concurrency": 4}`: 0.25 * 59 / 60,
		`{"rate": 4, "duration": "60s"}`:        0.25,
	} {
		plan := decodePlan(t, spec)
		var members []Member
		for i, shard := range plan.Shards([]int{3, 1}) {
			books := NewBooks(shard, 7, simulatedMetrics)
			if i == 0 {
				books.final = &Final{}
				books.judged.Planned = shard.Jobs
				if plan.Open() {
					books.judged.Planned = aurea.NewSchedule(shard).DueBefore(time.Duration(plan.End))
				}
			} else {
				r := NewReport()
				r.Epoch, r.Seq, r.Elapsed = 7, 1, second
				fold(t, books, r, Folded)
				books.Lose(6*second, time.Duration(aurea.Forever))
			}
			members = append(members, Member{Shard: shard, Books: books})
		}
		if got := LostShare(plan, members); math.Abs(got-want) > 1e-12 {
			t.Errorf("%s: %v, want %v", spec, got, want)
		}
	}
	if got := LostShare(aurea.Plan{}, nil); got != 0 {
		t.Errorf("of nothing: %v", got)
	}
}

// A worker that stopped without an order is a lost one, whose cancelled jobs
// are undone, also while others run. One that was given up and has done all the
// same is not.
func TestEarlyWorker(t *testing.T) {
	for spec, want := range map[string]float64{
		`{"num_jobs": 40, "concurrency": 4}`:    0.25,
		`{"duration": "60s", "concurrency": 4}`: 0.25 * 59 / 60,
		`{"rate": 4, "duration": "60s"}`:        0.25,
	} {
		plan := decodePlan(t, spec)
		shards := plan.Shards([]int{3, 1})
		running := Member{Shard: shards[0], Books: NewBooks(shards[0], 7, simulatedMetrics)}
		early := Member{Shard: shards[1], Books: NewBooks(shards[1], 7, simulatedMetrics), Lost: true}
		early.Books.final = &Final{Stopped: true, Duration: 6 * second, LastStart: second}
		early.Books.judged.Cancelled = 10
		if got := LostShare(plan, []Member{running, early}); math.Abs(got-want) > 1e-12 {
			t.Errorf("%s: %v, want %v", spec, got, want)
		}
		if got := early.result(2).State; got != aurea.WorkerLost {
			t.Errorf("%s: the worker is %s, want lost", spec, got)
		}
		early.Books.final.Stopped = false
		if got := LostShare(plan, []Member{running, early}); got != 0 {
			t.Errorf("%s: of a worker that did all, %v was lost", spec, got)
		}
		if got := early.result(2).State; got != aurea.WorkerEnded {
			t.Errorf("%s: the worker that did all is %s, want ended", spec, got)
		}
	}
}

// Members of one kind are described as one machine with the cores of all. The
// digest does not depend on their order.
func TestEnvironmentOfMembers(t *testing.T) {
	one := aurea.Environment{CPU: "x", Cores: 4, MemoryBytes: 8, OS: "linux/amd64"}.WithDigest()
	other := aurea.Environment{CPU: "y", Cores: 2, MemoryBytes: 6, OS: "linux/amd64",
		Cgroup: aurea.Cgroup{CPULimit: 2}}.WithDigest()
	of := func(environments ...aurea.Environment) aurea.Environment {
		var members []Member
		for _, e := range environments {
			members = append(members, Member{Worker: Hello{Environment: e}, Books: new(Books)})
		}
		return environmentOf(members)
	}
	if got := of(one); got != one {
		t.Errorf("of one: %+v", got)
	}
	alike := of(one, one)
	if alike.Cores != 8 || alike.CPU != "x" || alike.MemoryBytes != 8 || alike.Digest == one.Digest {
		t.Errorf("of two alike: %+v", alike)
	}
	mixed := of(one, other)
	want := aurea.Environment{CPU: "x | y", Cores: 6, MemoryBytes: 6, OS: "linux/amd64",
		Cgroup: aurea.Cgroup{CPULimit: 2}, Digest: mixed.Digest}
	if mixed != want || mixed.Digest == alike.Digest {
		t.Errorf("of two kinds: %+v, want %+v", mixed, want)
	}
	if again := of(other, one); again != mixed {
		t.Errorf("in another order: %+v, want %+v", again, mixed)
	}
	if got := of().Cores; got != 0 {
		t.Errorf("of none: %d cores", got)
	}
}

// How requests were sent is known of the workers that have ended, and is part of
// their digests.
func TestIOOfMembers(t *testing.T) {
	shard := decodePlan(t, `{"num_jobs": 5}`)
	environment := aurea.Environment{CPU: "x", Cores: 4}.WithDigest()
	of := func(io string) Member {
		member := endedMember(shard, *sentFinal(t, &Final{IO: io}))
		member.Worker.Environment = environment
		return member
	}
	with := environment
	with.IO = "epoll"
	with = with.WithDigest()
	for name, tc := range map[string]struct {
		members []Member
		want    string
	}{
		"goroutines":           {[]Member{of("")}, ""},
		"event loops":          {[]Member{of("epoll")}, "epoll"},
		"event loops on some":  {[]Member{of(""), of("epoll")}, "epoll"},
		"not ended, with some": {[]Member{{Books: new(Books)}, of("epoll")}, "epoll"},
	} {
		if got := environmentOf(tc.members).IO; got != tc.want {
			t.Errorf("%s: io is %q, want %q", name, got, tc.want)
		}
	}
	one := of("epoll")
	if got := environmentOf([]Member{one}); got != with {
		t.Errorf("of one: %+v, want %+v", got, with)
	}
	if got := one.result(1).Environment; *got != with {
		t.Errorf("in the worker's result: %+v, want %+v", *got, with)
	}
}

// sentFinal returns a final part as it arrives.
func sentFinal(t *testing.T, f *Final) *Final {
	t.Helper()
	r := NewReport()
	f.FirstStart = -1
	r.Seq, r.Final = 1, f
	return sent(t, r).Final
}
