package cluster

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/aurea-orchestrator/aurea"
)

// Law: at any time, the breakdown so far is to the last bit that of the jobs that
// the latest reports of all workers tell of. After the last reports it is the
// whole.
func TestBreakdownSoFarIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		run := drawRun(t)
		c := &coordination{plan: run.plan, metrics: simulatedMetrics}
		for _, w := range run.workers {
			books := NewBooks(w.shard, 7, simulatedMetrics)
			c.members = append(c.members, &member{Member: Member{Shard: w.shard, Books: books}})
		}
		until := make([]time.Duration, len(run.workers))
		for _, d := range drawDeliveries(t, run, noneLost(run)) {
			r := sent(t, run.workers[d.worker].reports[d.report])
			if _, err := c.members[d.worker].Books.Fold(r, run.end); err != nil {
				t.Fatal(err)
			}
			if until[d.worker] = max(until[d.worker], r.Elapsed); r.Final != nil {
				until[d.worker] = time.Duration(aurea.Forever)
			}
			want := aurea.NewBreakdown(simulatedMetrics)
			for i, w := range run.workers {
				want.Merge(w.breakdown(until[i]))
			}
			var got string
			c.withSoFar(func(p aurea.Progress) { got = string(p.Breakdown.AppendBinary(nil)) })(aurea.Progress{})
			if got != string(want.AppendBinary(nil)) {
				t.Fatalf("after report %d of worker %d the breakdown so far is another", d.report+1, d.worker)
			}
		}
	})
}

// Unless all workers that have reported told of it, the breakdown so far is
// unknown.
func TestUnknownBreakdownSoFar(t *testing.T) {
	w := simulatedWorker{shard: decodePlan(t, `{"num_jobs": 3, "concurrency": 2}`)}
	w.jobs = []simulatedJob{{end: 1}, {end: 2}, {end: 1500 * ms}}
	c := &coordination{metrics: simulatedMetrics}
	for range 2 {
		books := NewBooks(w.shard, 7, simulatedMetrics)
		c.members = append(c.members, &member{Member: Member{Shard: w.shard, Books: books}})
	}
	known := func() (known bool) {
		c.withSoFar(func(p aurea.Progress) { known = p.Breakdown != nil })(aurea.Progress{})
		return known
	}
	if known() {
		t.Error("it is known before the first report")
	}
	r := w.interval(0, second)
	r.Seq = 1
	fold(t, c.members[0].Books, r, Folded)
	if !known() {
		t.Error("it is unknown although the only worker that reported told of it")
	}
	r.SoFar = nil
	fold(t, c.members[1].Books, r, Folded)
	if known() {
		t.Error("it is known although a worker did not tell of it")
	}
}

// A breakdown that does not fit into a report is left out of it, and nothing
// else.
func TestLargeBreakdownSoFar(t *testing.T) {
	names := aurea.MetricNames{}
	for i := range 100 {
		names.Phases = append(names.Phases, fmt.Sprintf("phase%d", i))
	}
	breakdown := aurea.NewBreakdown(names)
	phases := make([]time.Duration, len(names.Phases))
	for i := range 9000 {
		for k := range phases {
			phases[k] = time.Duration(i*i*1000 + k)
		}
		breakdown.Record(phases, nil)
	}
	if soFar := soFarOf(breakdown); soFar != nil {
		t.Errorf("a breakdown of %d bytes is to be reported, and %d are the limit", len(soFar), maxSoFar)
	}
	r := exampleReports(t)[0]
	r.SoFar, r.Piece = make([]byte, maxReport/2), make([]byte, maxReport/2)
	received := sent(t, r)
	if received.SoFar != nil {
		t.Error("the report has a breakdown that does not fit into a message")
	}
	r.SoFar = nil
	if diff := compare(r, received); diff != "" {
		t.Errorf("-sent +received:\n%s", diff)
	}
}

// Of merged reports the breakdown so far is the latest that is known.
func TestMergedBreakdownSoFar(t *testing.T) {
	a, b, c := NewReport(), NewReport(), NewReport()
	a.SoFar, b.SoFar = []byte("a"), []byte("b")
	a.Merge(b)
	a.Merge(c)
	if got := string(a.SoFar); got != "b" {
		t.Errorf("it is %q, want that of the second report", got)
	}
	a.Finish(aurea.Measurement{Tally: aurea.NewTally()}, 0)
	if a.SoFar != nil {
		t.Errorf("the last report has %q beside the whole breakdown", a.SoFar)
	}
}
