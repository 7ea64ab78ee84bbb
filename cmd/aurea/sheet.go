package main

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/aurea-orchestrator/aurea"
)

// A sheet is a result as people read it, whatever it is written on: facts, tables
// and what makes it doubtful.
type sheet struct {
	Title    string
	Headline string // the verdict
	Facts    [][2]string
	Tables   []table
	Doubts   []string
}

// A table has a header and rows of as many cells. The first cell of a row names it.
type table struct {
	Header []string
	Rows   [][]string
}

func newSheet(r *aurea.Result) sheet {
	s := sheet{Title: r.Name, Headline: headline(r), Facts: facts(r)}
	if s.Title == "" {
		s.Title = r.ID
	}
	for _, t := range []table{latencies(r), counters(r.Counters), answers(r.Statuses), failures(r.Errors), thresholds(r.Thresholds)} {
		if len(t.Rows) > 0 {
			s.Tables = append(s.Tables, t)
		}
	}
	for _, reason := range r.Validity.Reasons {
		s.Doubts = append(s.Doubts, fmt.Sprintf("%s: %s", reason.State, reason.Message))
	}
	return s
}

func facts(r *aurea.Result) [][2]string {
	return [][2]string{
		{"run", r.ID + named(r.Name)},
		{"status", string(r.Status)},
		{"jobs", outcomes(r.Counts)},
		{"duration", duration(r.Duration)},
		{"throughput", count(r.Throughput) + " jobs/s"},
		{"in flight", inFlight(r.InFlight)},
		{"cost", fmt.Sprintf("%s %s, %s a million jobs", money(r.Cost.Total), r.Cost.Currency, money(r.Cost.PerMillionJobs))},
		{"seed", strconv.FormatUint(r.Seed, 10)},
	}
}

// latencies are the distributions of everything that was timed.
func latencies(r *aurea.Result) table {
	t := table{Header: []string{"", "min", "mean", "p50", "p90", "p99", "p99.9", "max"}}
	add := func(name string, s aurea.Summary) {
		if s.Count == 0 {
			return
		}
		row := []string{name}
		for _, seconds := range []float64{s.Min, s.Mean, s.P50, s.P90, s.P99, s.P999, s.Max} {
			row = append(row, duration(seconds))
		}
		t.Rows = append(t.Rows, row)
	}
	add("latency", r.Latency)
	add("service time", r.ServiceTime)
	add("delay", r.Delay)
	add("failed", r.FailedLatency)
	for _, phase := range r.Phases {
		add("  "+phase.Name, phase.Value)
	}
	for _, part := range r.Parts {
		add(fmt.Sprintf("part %s, %d of %d ok", part.Name, part.Counts.OK, part.Counts.Planned), part.Latency)
	}
	return t
}

// counters have a column for a core's time where jobs told of that.
func counters(counters aurea.Named[aurea.Amount]) table {
	t := table{Header: []string{"", "total", "a second", "a job"}}
	cores := slices.ContainsFunc(counters, func(c aurea.NamedValue[aurea.Amount]) bool { return c.Value.PerCPUSecond > 0 })
	if cores {
		t.Header = append(t.Header, "a second of a core")
	}
	for _, counter := range counters {
		amount := counter.Value
		row := []string{counter.Name, strconv.FormatInt(amount.Total, 10), count(amount.PerSecond), count(amount.PerJob)}
		if cores {
			row = append(row, count(amount.PerCPUSecond))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// answers are those of a service over HTTP, by their status.
func answers(statuses aurea.Named[int64]) table {
	t := table{Header: []string{"status", "answers"}}
	for _, status := range statuses {
		t.Rows = append(t.Rows, []string{status.Name, strconv.FormatInt(status.Value, 10)})
	}
	return t
}

func failures(classes []aurea.ErrorClass) table {
	t := table{Header: []string{"error", "jobs", "for example"}}
	for _, class := range classes {
		if class.Count > 0 {
			t.Rows = append(t.Rows, []string{class.Class, strconv.FormatInt(class.Count, 10), class.Sample})
		}
	}
	return t
}

func thresholds(checks []aurea.ThresholdCheck) table {
	t := table{Header: []string{"", "threshold", "value"}}
	for _, check := range checks {
		holds := map[bool]string{true: "pass", false: "FAIL"}[check.OK]
		t.Rows = append(t.Rows, []string{holds, check.Expression, strconv.FormatFloat(check.Value, 'g', 6, 64)})
	}
	return t
}
