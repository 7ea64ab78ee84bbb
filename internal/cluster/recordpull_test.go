package cluster

import (
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/aurea-orchestrator/aurea"
)

// Records are pulled although the worker is out of reach at first. Then it
// hears that it need not keep them.
func TestRecordsArePulledAgain(t *testing.T) {
	log := sleepLog(100_000) // more than one part
	hello := Hello{ID: NewID(), Name: "a"}
	plan := decodePlan(t, `{"num_jobs": 100000, "concurrency": 50}`)
	member := &member{Member: Member{Worker: hello, Shard: plan, Books: endedBooks(t, plan, log)}}
	embedded := listen(t, EmbedOptions{})
	dispatcher := NewDispatcher(DispatcherOptions{Conn: serverConn(t, embedded), Log: quiet()})
	c := &coordination{Dispatcher: dispatcher, exec: NewID()}

	var keeper recordKeeper
	keeper.keep(c.exec, log, 100_000)
	var heard atomic.Int64
	worker := connect(t, ConnectOptions{URL: embedded.URL(), ID: hello.ID})
	time.AfterFunc(200*time.Millisecond, func() {
		_, err := worker.Subscribe(workerSubject(hello.ID, askRecords), func(m *nats.Msg) {
			data, err := keeper.serve(m.Data)
			if err == nil && m.Reply != "" {
				err = m.Respond(data)
			}
			if err != nil {
				t.Error(err)
			}
		})
		if err != nil {
			t.Error(err)
		}
	})
	pulled := plan.NewJobLog()
	pull := recordPull{coordination: c, member: member, log: pulled, heard: func() { heard.Add(1) }}
	if err := pull.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(slices.Collect(pulled.All()), slices.Collect(log.All())) {
		t.Error("the pulled records are not those of the worker")
	}
	if heard.Load() < 2 {
		t.Errorf("%d parts came, want several", heard.Load())
	}
	waitFor(t, "the worker forgets the records", func() bool { return keeper.get(c.exec) == nil })
}

// The jobs that a lost worker started have no records, and the result says how
// many they are. Those of the others do not suffer.
func TestRecordsOfLostWorker(t *testing.T) {
	plan := decodePlan(t, `{"num_jobs": 20, "concurrency": 2}`)
	shards := plan.Shards([]int{1, 1})
	log := aurea.NewJobLog(aurea.MaxJobs)
	for k := range shards[0].Jobs {
		log.Put(k, aurea.OK, 0, 0, second)
	}
	lost := NewBooks(shards[1], 0, aurea.MetricNames{})
	r := NewReport()
	r.Seq, r.Elapsed, r.Length, r.Judged.Started = 1, second, second, 3
	if _, err := lost.Fold(r, second); err != nil {
		t.Fatal(err)
	}
	lost.Lose(9*second, time.Duration(aurea.Forever))

	embedded, ended := listen(t, EmbedOptions{}), Hello{ID: NewID(), Name: "a"}
	w := &watcher{coordination: &coordination{
		Dispatcher: NewDispatcher(DispatcherOptions{Conn: serverConn(t, embedded), Log: quiet()}), plan: plan, exec: NewID(),
		members: []*member{
			{Member: Member{Worker: ended, Shard: shards[0], Books: endedBooks(t, shards[0], log)}},
			{Member: Member{Worker: Hello{ID: NewID(), Name: "b"}, Shard: shards[1], Books: lost}, index: 1},
		},
	}}
	var keeper recordKeeper
	keeper.keep(w.exec, log, shards[0].Jobs)
	worker := connect(t, ConnectOptions{URL: embedded.URL(), ID: ended.ID})
	_, err := worker.Subscribe(workerSubject(ended.ID, askRecords), func(m *nats.Msg) {
		if data, err := keeper.serve(m.Data); err == nil && m.Reply != "" {
			_ = m.Respond(data) // otherwise it is asked again
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	merged, warnings := w.collectRecords()
	if want := []string{"job records of worker b are missing (3): it was lost"}; !slices.Equal(warnings, want) {
		t.Errorf("warnings %q, want %q", warnings, want)
	}
	if got := merged.Omitted(); got != 3 {
		t.Errorf("%d jobs have no record, want 3", got)
	}
	var jobs, want []int64
	for job := range merged.All() {
		jobs = append(jobs, job.Index)
	}
	for k := range shards[0].Jobs {
		want = append(want, shards[0].Job(k))
	}
	if !slices.Equal(jobs, want) {
		t.Errorf("there are records of the jobs %v, want %v", jobs, want)
	}
}

// endedBooks returns the books of a worker that has reported the jobs of a log.
func endedBooks(t *testing.T, plan aurea.Plan, log *aurea.JobLog) *Books {
	t.Helper()
	m := aurea.Measurement{Tally: aurea.NewTally(), Warmup: aurea.NewTally(), Jobs: log}
	for job := range log.All() {
		m.Tally.Planned++
		m.Tally.Started++
		m.Tally.End(job.Outcome, job.Intended, job.Start, job.End)
		m.Duration = max(m.Duration, job.End)
	}
	r := NewReport()
	r.Seq, r.Elapsed, r.Length = 1, m.Duration, m.Duration
	r.Judged.Merge(m.Tally)
	r.Judged.Planned = 0
	r.Finish(m, recordCount(m))
	books := NewBooks(plan, 0, aurea.MetricNames{})
	if outcome, err := books.Fold(r, m.Duration); outcome != Folded {
		t.Fatalf("the report is %s: %v", outcome, err)
	}
	return books
}
