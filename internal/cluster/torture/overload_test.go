//go:build unix

package torture

import (
	"bytes"
	"context"
	"io"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/nats-io/nats.go"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/cluster"
)

// An overloaded server computes for overloadSlice of each overloadPeriod. At first
// overloadReaders ask it for more than it can do in that time, and with each period
// some more, up to overloadMost, while no worker waits for longer than the time
// between two reports. A server whose workers wait until their leases end is one
// that is away, which is another fault. So it computes on, without readers, while a
// worker has waited for overloadPatience or has overloadLeft of its lease.
const (
	overloadPeriod   = 100 * time.Millisecond
	overloadSlice    = 5 * time.Millisecond
	overloadReaders  = 96
	overloadMore     = 4
	overloadMost     = 200
	overloadPatience = 1700 * time.Millisecond
	overloadLeft     = 1200 * time.Millisecond
)

// overloadFor overloads the server for a time.
func (r *rig) overloadFor(d time.Duration) {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), d)
	defer cancel()
	r.overload(ctx)
}

// overload overloads the server until the context ends.
func (r *rig) overload(ctx context.Context) {
	r.t.Helper()
	var readers sync.WaitGroup
	defer readers.Wait()
	transport := &http.Transport{MaxIdleConnsPerHost: overloadMost}
	defer transport.CloseIdleConnections()
	var relieved atomic.Bool
	wanted, felt := overloadReaders, time.Now()
	for started := 0; ctx.Err() == nil; {
		for ; started < wanted; started++ {
			readers.Go(func() { readAgain(ctx, transport, r.url, &relieved) })
		}
		r.server.stopFor(overloadPeriod - overloadSlice)
		time.Sleep(overloadSlice)
		if r.waited(cluster.ReportInterval) {
			felt = time.Now()
		} else if time.Since(felt) > 2*cluster.ReportInterval {
			wanted = min(wanted+overloadMore, overloadMost)
		}
		for r.waited(overloadPatience) && ctx.Err() == nil {
			relieved.Store(true)
			time.Sleep(time.Millisecond)
		}
		relieved.Store(false)
	}
}

// readAgain reads what a service shows, again and again unless that is relieved. An
// overloaded service may fail to answer.
func readAgain(ctx context.Context, transport http.RoundTripper, url string, relieved *atomic.Bool) {
	for ctx.Err() == nil {
		if relieved.Load() {
			time.Sleep(time.Millisecond)
			continue
		}
		for _, path := range []string{"/v1/runs", "/metrics"} {
			request, err := http.NewRequestWithContext(ctx, http.MethodGet, url+path, nil)
			if err != nil {
				return
			}
			if response, err := transport.RoundTrip(request); err == nil {
				_, _ = io.Copy(io.Discard, response.Body)
				_ = response.Body.Close()
			}
		}
	}
}

// waited reports whether a worker has waited for the answer to a report for a time,
// or has little left of its lease. One whose lease has ended waits in vain.
func (r *rig) waited(d time.Duration) bool {
	now := time.Now()
	return slices.ContainsFunc(r.workers, func(w *worker) bool {
		left, since := w.proxy.leaseAt(now).Sub(now), w.proxy.waitingSince()
		return left > 0 && !since.IsZero() && (now.Sub(since) > d || left < overloadLeft)
	})
}

// An overloaded server gets longer reports, not more of them, and loses nothing:
// no worker is lost, each report is in the books once, and the result says how
// long the workers were not heard.
func TestServerOverloaded(t *testing.T) {
	const workers, seconds, rate = 4, 10, 200
	r := startRigAlone(t, startNATS(t), workers) // it takes the cores that others need
	e := listenIn(t, r)
	id := r.submit(`"rate": %d, "num_jobs": %d, "workers": %d`, rate, rate*seconds, workers)
	r.target.await(t, rate/4)
	ctx, cancel := context.WithCancel(t.Context())
	over := make(chan struct{})
	go func() {
		defer close(over)
		r.overload(ctx)
	}()
	run := r.await(id)
	cancel()
	<-over
	r.check(run)
	if run.Status == aurea.StatusFailed { // this machine is too busy: no answer came within a lease
		r.failed(run)
		t.Logf("%s: %+v", run.Error, run.Result.Counts)
		return
	}
	r.exact(run)
	r.checkReports(e, run.Result)
	r.checkGap(run.Result)
	r.terminate()
	r.serve()
	if stored, err := r.client.Get(t.Context(), id); err != nil {
		t.Error(err)
	} else if diff := cmp.Diff(run, stored); diff != "" {
		t.Errorf("the stored run is not what was shown: %s", diff)
	}
}

// checkReports compares the reports of a run with what its result says of each
// worker. No worker sends more of them than one that is heard at once: one a second,
// and the last. One that waited for more than two intervals has merged what came
// meanwhile.
func (r *rig) checkReports(e *eavesdropper, result *aurea.Result) {
	r.t.Helper()
	most := int64(math.Ceil(result.Duration)) + 1
	workers := slices.SortedFunc(slices.Values(result.Workers.Of), func(a, b aurea.WorkerResult) int {
		return strings.Compare(a.Name, b.Name)
	})
	var longest time.Duration
	for shard, w := range workers {
		sent := r.distinct(e.heard(strconv.Itoa(shard)))
		var sum aurea.Counts
		for _, report := range sent {
			sum.Add(report.Judged.Counts)
			longest = max(longest, report.Length)
		}
		r.t.Logf("worker %s: %d reports, at most %.1f s apart", w.Name, w.Reports, w.LongestGap)
		if w.State != aurea.WorkerEnded {
			r.t.Errorf("worker %s is %s", w.Name, w.State)
		}
		if n := int64(len(sent)); w.Reports != n || n > most {
			r.t.Errorf("worker %s sent %d reports in %v s, and %d are in the books", w.Name, n, result.Duration, w.Reports)
		}
		if ended := w.Counts.OK; sum.OK != ended {
			r.t.Errorf("the reports of worker %s have %d jobs, the result has %d", w.Name, sum.OK, ended)
		}
	}
	gap := result.Workers.LongestGap
	if gap < 1.2*cluster.ReportInterval.Seconds() {
		r.t.Errorf("the longest silence was %v s: the server was not overloaded", gap)
	}
	if gap > 3.2 && longest < cluster.ReportInterval*3/2 {
		r.t.Errorf("no report is longer than %s after a silence of %v s", longest, gap)
	}
}

// distinct returns the reports of one shard since the last start, each once. It
// wants them in order, one under way at a time, and the same again when one is
// repeated.
func (r *rig) distinct(heard []*nats.Msg) (reports []*cluster.Report) {
	r.t.Helper()
	var last []byte
	for _, m := range heard {
		if bytes.Equal(m.Data, last) || m.Subject != heard[len(heard)-1].Subject {
			continue
		}
		report := cluster.NewReport()
		if err := report.UnmarshalBinary(m.Data); err != nil {
			r.t.Fatal(err)
		}
		if want := uint64(len(reports)) + 1; report.Seq != want {
			r.t.Fatalf("report %d came, want report %d", report.Seq, want)
		}
		reports, last = append(reports, report), m.Data
	}
	return reports
}

// checkGap wants a result to give the longest silence of its workers as a reason
// for doubt, if it is longer than two intervals, and only then.
func (r *rig) checkGap(result *aurea.Result) {
	r.t.Helper()
	var longest float64
	for _, w := range result.Workers.Of {
		longest = max(longest, w.LongestGap)
	}
	if result.Workers.LongestGap != longest {
		r.t.Errorf("the longest gap is %v s, and of the workers %v s", result.Workers.LongestGap, longest)
	}
	gap := reason(result, "report_gap")
	if given := gap != nil; given != (longest > 2) {
		r.t.Errorf("after a silence of %v s report_gap is given: %t", longest, given)
	}
	if gap != nil && (gap.Value != longest || gap.State != aurea.Degraded) {
		r.t.Errorf("the reason is %+v, want %v s", *gap, longest)
	}
	if lost := reason(result, aurea.WorkerLostCode); lost != nil {
		r.t.Errorf("a worker is lost: %+v", *lost)
	}
}
