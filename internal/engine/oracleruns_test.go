package engine

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// An oracleRun is a run that the oracle checks.
type oracleRun struct {
	name   string
	load   string // of the spec
	job    string // a workload that sleeps
	stop   time.Duration
	due    float64 // arrivals of an open run that is not drawn
	length float64 // seconds of its schedule, as far as it went
}

const (
	odd  = `{"kind": "sleep", "duration": "123456789ns", "jitter": 0.9}` // no two of these end at once
	slow = `{"kind": "sleep", "duration": "1023456789ns", "jitter": 0.01}`
)

var oracleRuns = []oracleRun{
	{name: "closed", load: `"num_jobs": 160, "concurrency": 16`, job: odd},
	{name: "closed, few slow ones", load: `"num_jobs": 160, "concurrency": 16`,
		job: `{"kind": "sleep", "duration": "10ms", "distribution": "bimodal", "slow_share": 0.0125, "slow_factor": 50}`},
	{name: "closed, for a time", load: `"duration": "2800ms", "concurrency": 9`, job: odd},
	{name: "closed, long jobs over the end of the warm-up",
		load: `"duration": "3s", "concurrency": 10, "warmup": "1500ms"`, job: slow},
	{name: "closed, stopped before any job ends", load: `"num_jobs": 10, "concurrency": 4`, job: slow,
		stop: 700 * time.Millisecond},
	{name: "closed, stopped", load: `"duration": "3s", "concurrency": 6, "warmup": "500ms"`, job: odd,
		stop: 2100 * time.Millisecond},
	{name: "closed, stopped in the warm-up", load: `"num_jobs": 90, "concurrency": 6, "warmup": "1500ms"`, job: odd,
		stop: 1100 * time.Millisecond},
	{name: "closed, started in the warm-up and stopped after it",
		load: `"num_jobs": 4, "concurrency": 4, "warmup": "500ms"`, job: slow, stop: 900 * time.Millisecond},
	{name: "rate", load: `"rate": 70.3, "num_jobs": 150, "warmup": "400ms"`, job: odd, due: 150, length: 150 / 70.3},
	{name: "rate, fewer jobs than time", load: `"rate": 100, "num_jobs": 50, "duration": "10s"`, job: odd, due: 50,
		length: 0.5},
	{name: "rate, stopped after the last arrival", load: `"rate": 100, "num_jobs": 50, "duration": "10s"`, job: slow,
		stop: 1200 * time.Millisecond, due: 50, length: 0.5},
	{name: "rate, stopped", load: `"rate": 80.3, "duration": "9s", "warmup": "300ms"`, job: odd,
		stop: 1703 * time.Millisecond, due: 137, length: 1.703},
	{name: "rate, late", load: `"rate": 50.3, "duration": "2s", "concurrency": 3, "warmup": "700ms"`, job: odd,
		due: 101, length: 2},
	{name: "rate, late and stopped in the warm-up",
		load: `"rate": 50, "num_jobs": 100, "concurrency": 3, "warmup": "1s"`, job: odd, stop: 803 * time.Millisecond,
		due: 41, length: 0.803},
	{name: "poisson", load: `"rate": 60, "duration": "2500ms", "arrival": "poisson", "seed": 3`, job: odd},
	{name: "poisson, late", load: `"rate": 60, "num_jobs": 120, "arrival": "poisson", "seed": 3, "concurrency": 5`,
		job: odd},
	{name: "stages of rate",
		load: `"rate": 20, "stages": [{"duration": "1003ms", "rate": 100}, {"duration": "1001ms", "rate": 100}, {"duration": "500ms", "rate": 0}], "warmup": "600ms"`, job: odd, due: 186, length: 2.504},
	{name: "stages of rate, fewer jobs than time",
		load: `"stages": [{"duration": "1001ms", "rate": 100}, {"duration": "8s", "rate": 100}], "num_jobs": 150`,
		job:  odd, due: 150, length: 2.0005},
	{name: "stages of concurrency",
		load: `"concurrency": 2, "stages": [{"duration": "1001ms", "concurrency": 9}, {"duration": "1s", "concurrency": 1}], "warmup": "300ms"`, job: odd},
	{name: "dropped", load: `"rate": 99.5, "duration": "2s", "concurrency": 4, "on_saturation": "drop", "warmup": "600ms"`, job: odd, due: 199, length: 2},
	{name: "dropped to the end", load: `"rate": 99.5, "duration": "1s", "concurrency": 3, "on_saturation": "drop"`,
		job: slow, due: 100, length: 1},
	{name: "dropped, and stopped",
		load: `"rate": 99.5, "num_jobs": 300, "concurrency": 3, "on_saturation": "drop", "warmup": "500ms"`, job: odd,
		stop: 1303 * time.Millisecond, due: 130, length: 1.303},
	{name: "timeouts", load: `"num_jobs": 140, "concurrency": 8, "timeout": "150ms", "warmup": "250ms"`, job: odd},
	{name: "failures", load: `"num_jobs": 140, "concurrency": 8, "pricing": {"per_second": 0.25, "per_job": 0.1}`,
		job: strings.TrimSuffix(odd, "}") + `, "failure": {"rate": 0.3}}`},
	{name: "hanging", load: `"rate": 70.3, "num_jobs": 140, "timeout": "450ms"`,
		job: strings.TrimSuffix(odd, "}") + `, "failure": {"rate": 0.1, "kind": "timeout"}}`, due: 140,
		length: 140 / 70.3},
}

// A result agrees with its records, whatever the kind of run and whichever
// driver runs it.
func TestResultsAgreeWithRecords(t *testing.T) {
	for _, s := range oracleRuns {
		for driver, job := range map[string]string{
			"event loops": s.job,
			"worker pool": `{"kind": "steps", "steps": [` + s.job + `]}`,
			"mix":         `{"kind": "mix", "parts": [{"workload": ` + s.job + `, "weight": 3}, {"name": "failing", "workload": {"kind": "sleep", "duration": "50ms", "failure": {"rate": 1}}}]}`,
		} {
			t.Run(s.name+"/"+driver, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) { s.check(t, job) })
			})
		}
	}
}

func (s oracleRun) check(t *testing.T, job string) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	if s.stop > 0 {
		defer time.AfterFunc(s.stop, cancel).Stop()
	}
	p := plan(t, `{`+s.load+`, "workload": `+job+`}`)
	jobs := openJobs(t, p)
	r, err := fake().runJobs(ctx, p, jobs, nil, ignore)
	if err != nil {
		t.Fatal(err)
	}
	if want := s.stop > 0; want != (r.Status == aurea.StatusCancelled) {
		t.Errorf("status %s", r.Status)
	}
	o := newOracle(t, r, p, jobs.Part)
	o.checkAll()
	if s.length > 0 {
		o.checkRate(s.due, s.length)
	}
}
