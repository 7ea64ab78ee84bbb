package cluster_test

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/engine"
	"github.com/aurea-orchestrator/aurea/internal/workload"
	"github.com/aurea-orchestrator/aurea/internal/workload/kinds"
)

// loggedSpecs are runs whose jobs and outcomes follow from the seed. Their ends and
// their timeouts are far from any job's, so a slow machine changes nothing.
var loggedSpecs = map[string]string{
	"closed": `{"num_jobs": 1000, "concurrency": 40,
		"workload": {"kind": "sleep", "duration": "10ms", "distribution": "uniform", "failure": {"rate": 0.2}}}`,
	"poisson with warm-up": `{"rate": 2000, "arrival": "poisson", "num_jobs": 1500, "warmup": "300ms",
		"workload": {"kind": "sleep", "duration": "5ms", "failure": {"rate": 0.1}}}`,
	"ramp": `{"stages": [{"rate": 0, "duration": "100ms"}, {"rate": 2000, "duration": "600ms"}, {"rate": 0, "duration": "3s"}],
		"num_jobs": 500, "workload": {"kind": "sleep", "duration": "2ms"}}`,
	"timeouts": `{"num_jobs": 100, "concurrency": 100, "timeout": "500ms", "workload":
		{"kind": "mix", "parts": [
			{"name": "quick", "weight": 3, "workload": {"kind": "sleep", "duration": "10ms"}},
			{"name": "slow", "weight": 1, "workload": {"kind": "sleep", "duration": "1h"}}]}}`,
}

// Law: a run on any number of workers has a record of the same jobs, with the
// same outcomes, as the run on one machine. Jobs of an open plan are due at the
// same moments.
func TestRecordsEqualLocal(t *testing.T) {
	for name, spec := range loggedSpecs {
		t.Run(name, func(t *testing.T) {
			want := recordsOf(t, execute(t, startService(t, 0).engine, spec))
			for _, n := range []int{1, 2, 4} {
				got := recordsOf(t, execute(t, startService(t, n).dispatcher, spec))
				compareRecords(t, n, planOf(t, spec), want, got)
			}
		})
	}
}

// recordsOf returns the records of a measurement. They are those of its started
// jobs, and there is no warning about them.
func recordsOf(t *testing.T, m aurea.Measurement) []aurea.JobRecord {
	t.Helper()
	if warnings := otherWarnings(m); len(warnings) > 0 || m.Jobs.Omitted() > 0 {
		t.Fatalf("%d records are missing: %q", m.Jobs.Omitted(), warnings)
	}
	records := slices.Collect(m.Jobs.All())
	if started := m.Tally.Started + m.Warmup.Started; int64(len(records)) != started {
		t.Fatalf("%d records of %d started jobs", len(records), started)
	}
	return records
}

// A run that keeps no records has no log; one that was stopped has the records of
// the jobs that it started.
func TestRecordsOfOtherRuns(t *testing.T) {
	s := startService(t, 2)
	if m := execute(t, s.dispatcher, `{"num_jobs": 10, "include_jobs": false, "workload": {"kind": "noop"}}`); m.Jobs != nil {
		t.Errorf("there are %d records", len(recordsOf(t, m)))
	}
	plan := planOf(t, `{"num_jobs": 1000, "concurrency": 10, "job_duration_ms": 20}`)
	resolved, err := s.dispatcher.Resolve(plan)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	m, err := s.dispatcher.Execute(ctx, plan, resolved, nil, func(aurea.Progress) {})
	if err != nil {
		t.Fatal(err)
	}
	cancelled := 0
	for _, job := range recordsOf(t, m) {
		if job.Outcome == aurea.Cancelled {
			cancelled++
		}
	}
	if cancelled == 0 || m.Tally.OK == 0 {
		t.Errorf("%d jobs in flight were cancelled and %d ended before", cancelled, m.Tally.OK)
	}
}

// A liar is an engine that changes the records of its jobs.
type liar struct {
	*engine.Engine
	change func(*aurea.JobLog)
}

func (l liar) ExecuteAt(
	ctx context.Context, plan aurea.Plan, resolved *workload.Resolved,
	ready func(context.Context) (aurea.Start, error),
	controls <-chan aurea.Command, observe func(aurea.Progress),
) (aurea.Measurement, error) {
	m, err := l.Engine.ExecuteAt(ctx, plan, resolved, ready, controls, observe)
	if err == nil { // otherwise it was a false start
		records := aurea.NewJobLog(aurea.MaxJobs) // it also takes jobs that the plan does not have
		for job := range m.Jobs.All() {
			records.Put(job.Index, job.Outcome, job.Intended, job.Start, job.End)
		}
		m.Jobs = records
		l.change(m.Jobs)
	}
	return m, err
}

// Records that contradict the reports of their worker are refused, and the result
// says of how many jobs. Those of other workers are kept.
func TestRecordsAreChecked(t *testing.T) {
	const late = 24 * time.Hour
	for name, c := range map[string]struct {
		change func(*aurea.JobLog)
		want   string
	}{
		"missing":      {func(l *aurea.JobLog) { l.Delete(3) }, "49 records and omitted 0, and 50 jobs were started"},
		"foreign":      {func(l *aurea.JobLog) { l.Put(50, aurea.OK, 0, 0, 0) }, "the shard has 50 jobs"},
		"wrong":        {func(l *aurea.JobLog) { l.Put(3, aurea.Failed, 0, 0, 0) }, "49 records of jobs that are ok"},
		"late":         {func(l *aurea.JobLog) { l.Put(3, aurea.OK, 0, 0, late) }, "ended at 24h0m0s"},
		"before begin": {func(l *aurea.JobLog) { l.Put(3, aurea.OK, -1, 0, 0) }, "due at -1ns"},
		"disordered":   {func(l *aurea.JobLog) { l.Put(3, aurea.OK, 0, 2, 1) }, "not the binary form"},
		"forgotten":    {func(l *aurea.JobLog) { l.Omit(1) }, "50 records and omitted 1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := startService(t, 1)
			honest := engine.New("test", kinds.New(kinds.Options{}))
			s.startExecutor(t, "liar", liar{honest, c.change}, slog.New(slog.DiscardHandler))
			s.awaitWorkers(t, 2)
			m := execute(t, s.dispatcher, `{"num_jobs": 100, "concurrency": 2, "workload": {"kind": "noop"}}`)
			warnings := otherWarnings(m)
			if len(warnings) != 1 || !strings.Contains(warnings[0], "job records of worker liar are missing (50)") ||
				!strings.Contains(warnings[0], c.want) {
				t.Errorf("warnings %q, want one with %q", warnings, c.want)
			}
			if got := aurea.NewResult(planOf(t, `{"num_jobs": 100}`), m).JobsNotListed; got != 50 {
				t.Errorf("%d jobs are not listed, want 50", got)
			}
			jobs := map[int64]bool{}
			for job := range m.Jobs.All() {
				jobs[job.Index%2] = true
			}
			if n := len(slices.Collect(m.Jobs.All())); n != 50 || len(jobs) != 1 {
				t.Errorf("%d records, of shards %v; want the 50 of one", n, slices.Collect(maps.Keys(jobs)))
			}
			if m.Tally.OK != 100 {
				t.Errorf("%d jobs are ok, want all 100", m.Tally.OK)
			}
		})
	}
}
