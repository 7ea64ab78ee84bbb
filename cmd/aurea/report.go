package main

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/param"
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
	s := sheet{Title: cmp.Or(strings.TrimSpace(plain(r.Name)), r.ID), Headline: headline(r), Facts: facts(r)}
	for _, t := range []table{latencies(r), counters(r.Counters), answers(r.Statuses), failures(r.Errors), thresholds(r)} {
		if len(t.Rows) > 0 {
			s.Tables = append(s.Tables, t)
		}
	}
	for _, reason := range r.Validity.Reasons {
		s.Doubts = append(s.Doubts, fmt.Sprintf("%s: %s", reason.State, reason.Message))
	}
	return s.plain()
}

// plain is the sheet with nothing in it but what may be shown anywhere.
func (s sheet) plain() sheet {
	s.Title = plain(s.Title)
	for i, fact := range s.Facts {
		s.Facts[i] = [2]string{plain(fact[0]), plain(fact[1])}
	}
	for _, t := range s.Tables {
		for _, row := range t.Rows {
			for i, cell := range row {
				row[i] = plain(cell)
			}
		}
	}
	for i, doubt := range s.Doubts {
		s.Doubts[i] = plain(doubt)
	}
	return s
}

func facts(r *aurea.Result) [][2]string {
	list := [][2]string{
		{"run", r.ID + named(r.Name)},
		{"status", string(r.Status)},
		{"jobs", outcomes(r.Counts)},
		{"duration", duration(r.Duration)},
	}
	if w := r.Warmup; w != nil {
		list = append(list, [2]string{"warm-up", fmt.Sprintf("%s before that, not judged; %s", duration(w.Duration), outcomes(w.Counts))})
	}
	return append(list, [][2]string{
		{"throughput", count(r.Throughput) + " jobs/s"},
		{"in flight", inFlight(r.InFlight)},
		{"cost", costs(r)},
		{"seed", strconv.FormatUint(r.Seed, 10)},
	}...)
}

// latencies are the distributions of everything that was timed. Those of latency,
// and of the parts of a mix, are there without a sample too; the parts in which
// most went wrong come first.
func latencies(r *aurea.Result) table {
	t := table{Header: []string{"", "min", "mean", "p50", "p90", "p99", "p99.9", "max"}}
	t.add("latency", r.Latency)
	for _, timed := range []param.NamedValue[aurea.Summary]{
		{Name: "service time", Value: r.ServiceTime}, {Name: "delay", Value: r.Delay}, {Name: "failed", Value: r.FailedLatency},
	} {
		if timed.Value.Count > 0 {
			t.add(timed.Name, timed.Value)
		}
	}
	parts := slices.SortedStableFunc(slices.Values(r.Parts), func(a, b aurea.PartResult) int {
		return cmp.Compare(b.Counts.ErrorRate(), a.Counts.ErrorRate())
	})
	for _, part := range parts {
		t.add(fmt.Sprintf("part %s, %d of %d ok", part.Name, part.Counts.OK, part.Counts.Planned), part.Latency)
	}
	for _, phase := range r.Phases {
		t.add("  "+phase.Name, phase.Value)
	}
	return t
}

func (t *table) add(name string, s aurea.Summary) {
	row := []string{name}
	for _, seconds := range []float64{s.Min, s.Mean, s.P50, s.P90, s.P99, s.P999, s.Max} {
		row = append(row, sampled(s.Count > 0, seconds))
	}
	t.Rows = append(t.Rows, row)
}

// counters have a column for a core's time where jobs told of that.
func counters(counters param.Named[aurea.Amount]) table {
	t := table{Header: []string{"", "total", "a second", "a job"}}
	cores := slices.ContainsFunc(counters, func(c param.NamedValue[aurea.Amount]) bool { return c.Value.PerCPUSecond > 0 })
	if cores {
		t.Header = append(t.Header, "a second of a core")
	}
	for _, counter := range counters {
		amount := counter.Value
		row := []string{counter.Name, strconv.FormatInt(amount.Total, 10), count(amount.PerSecond), count(amount.PerJob)}
		if cores {
			row = append(row, perCore(amount.PerCPUSecond))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// answers are those of a service over HTTP, by their status.
func answers(statuses param.Named[int64]) table {
	t := table{Header: []string{"status", "answers"}}
	for _, status := range statuses {
		t.Rows = append(t.Rows, []string{status.Name, strconv.FormatInt(status.Value, 10)})
	}
	return t
}

// perCore is known where jobs told how long they had a core.
func perCore(perSecond float64) string {
	if perSecond == 0 {
		return none
	}
	return count(perSecond)
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

func thresholds(r *aurea.Result) table {
	t := table{Header: []string{"", "threshold", "value"}}
	for _, check := range r.Thresholds {
		t.Rows = append(t.Rows, []string{holds(check), check.Expression, checked(check, r.Cost.Currency)})
	}
	return t
}

func holds(check aurea.ThresholdCheck) string {
	switch {
	case check.OK:
		return "pass"
	case check.NoData:
		return "no data"
	}
	return "FAIL"
}

// checked is the value that a threshold was held against, in its unit.
func checked(check aurea.ThresholdCheck, currency string) string {
	if check.NoData {
		return none
	}
	return measured(check.Unit(), check.Value, currency)
}
