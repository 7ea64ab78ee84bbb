package report

import (
	"cmp"
	"fmt"
	"strconv"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/format"
)

// maxReportedWorkers limits the rows of the workers' table. One more row sums
// up the other workers.
const maxReportedWorkers = 10

// maxWorkerName is the longest name of a worker in a table, in characters.
const maxWorkerName = 18

// formatWorkers describes the workers of a run as a whole. The clocks may hide
// twice their error from the spread, which is 0 where all began when they meant
// to.
func formatWorkers(w *aurea.Workers) string {
	text := strconv.Itoa(w.Count)
	if w.Hosts > 0 && w.Hosts < w.Count {
		text += " on " + format.NumberOf(w.Hosts, "machine")
	}
	if w.Lost > 0 {
		text += fmt.Sprintf(", %d of them lost", w.Lost)
	}
	if w.SpreadKnown() {
		text += fmt.Sprintf("; first jobs at most %s apart", format.Brief(w.Spread+2*w.Bound))
	} else {
		text += "; it is unknown how far their first jobs were apart"
	}
	return text + ", clocks " + format.Bound(w.Bound)
}

// workersTable has a row for each of the first workers of a result, and one for
// the others together.
func workersTable(w *aurea.Workers) table {
	t := table{Header: []string{"worker", "state", "ok", "jobs/s", "p50", "p99", "delay p99", "cpu", "clock"}}
	if w == nil {
		return t
	}
	shown := w.Of[:min(maxReportedWorkers, len(w.Of))]
	for _, of := range shown {
		ended := of.Counts.Ended() > 0
		t.Rows = append(t.Rows, []string{
			format.ClipMiddle(cmp.Or(of.Name, of.ID), maxWorkerName), of.State, strconv.FormatInt(of.Counts.OK, 10),
			format.Count(of.Throughput), format.BriefSampled(of.Counts.OK > 0, of.Latency.P50),
			format.BriefSampled(of.Counts.OK > 0, of.Latency.P99), format.BriefSampled(ended, of.Delay.P99),
			formatCPU(of), format.Bound(of.Bound),
		})
	}
	if count, ok, throughput := otherWorkers(w, len(shown)); count > 0 {
		row := []string{fmt.Sprintf("%d more", count), "", strconv.FormatInt(ok, 10), format.Count(throughput)}
		t.Rows = append(t.Rows, append(row, make([]string, len(t.Header)-len(row))...))
	}
	return t
}

// formatCPU formats a worker's share of its cores' time; a lost worker may not
// have sent it.
func formatCPU(of aurea.WorkerResult) string {
	if of.State == aurea.WorkerLost && of.CPU == 0 {
		return format.NoValue
	}
	return fmt.Sprintf("%.0f%%", 100*of.CPU)
}

// otherWorkers sums up the workers of a result from the given one on, with
// those that it does not list.
func otherWorkers(w *aurea.Workers, from int) (count int, ok int64, throughput float64) {
	if w.Rest != nil {
		count, ok, throughput = w.Rest.Count, w.Rest.Counts.OK, w.Rest.Throughput
	}
	for _, of := range w.Of[from:] {
		count++
		ok += of.Counts.OK
		throughput += of.Throughput
	}
	return count, ok, throughput
}
