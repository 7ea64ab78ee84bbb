package cluster

import (
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// newTestReporter returns the reporter of a shard whose run began some time ago.
func newTestReporter(began time.Duration, lease *aurea.Lease) *reporter {
	shard := &shardRun{worker: &Worker{}, request: Prepare{Weights: []int{1}}}
	r := newReporter(shard)
	r.started = aurea.Start{At: time.Now().Add(-began), Lease: lease}
	return r
}

// takeFilled takes the pending report of a reporter.
func takeFilled(t *testing.T, r *reporter) encodedReport {
	t.Helper()
	report, _, err := r.takeFilled()
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func decoded(t *testing.T, report encodedReport) *Report {
	t.Helper()
	r := NewReport()
	if err := r.UnmarshalBinary(report.message(1)); err != nil {
		t.Fatal(err)
	}
	return r
}

// The last report begins where the one before it ended, also if the last job
// ended before that and its interval was reported already.
func TestLastReportContinues(t *testing.T) {
	r := newTestReporter(6*time.Second, nil)
	r.observe(aurea.Progress{Elapsed: 6 * time.Second, Length: time.Second, Judged: aurea.NewTally()})
	first := decoded(t, takeFilled(t, r))
	r.close(aurea.Measurement{Tally: aurea.NewTally(), Warmup: aurea.NewTally(), Duration: 5 * time.Second}, nil)
	takeFilled(t, r)
	last := decoded(t, r.last[0])
	if first.Elapsed != 6*time.Second || last.Elapsed-last.Length < first.Elapsed {
		t.Errorf("the last report is of %s up to %s, after one up to %s", last.Length, last.Elapsed, first.Elapsed)
	}
}

// An acknowledgement renews a lease, but not one that has ended: the server may
// have given the worker up.
func TestEndedLeaseIsNotRenewed(t *testing.T) {
	for until, want := range map[time.Duration]time.Duration{
		4 * time.Hour:   5 * time.Hour,
		4 * time.Second: 4 * time.Second,
	} {
		lease := aurea.NewLease(until)
		r := newTestReporter(time.Minute, lease)
		r.renew(r.started.At.Add(5 * time.Hour))
		if got := lease.Until(); got != want {
			t.Errorf("a lease until %s was renewed until %s, want %s", until, got, want)
		}
	}
}
