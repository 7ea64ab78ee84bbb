package cluster

import (
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/aurea-orchestrator/aurea"
)

// Records are pulled although the worker is out of reach at first. Then it is told
// that it need not keep them.
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
	pulled := aurea.NewJobLog(plan)
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
