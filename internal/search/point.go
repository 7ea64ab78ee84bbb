package search

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/format"
)

// The shares of a rate that a run must start, and of the started jobs that it must
// end in the same time, for its load to hold.
const (
	minStarted = 0.95
	minEnded   = 0.9
)

// newPoint reads what a finished run says about its load. The error says why it
// says nothing.
func newPoint(request aurea.SearchRequest, load float64, run aurea.Run) (aurea.SearchPoint, error) {
	r := run.Result
	if r == nil || run.Status != aurea.StatusCompleted {
		return aurea.SearchPoint{}, fmt.Errorf("run %s, at a load of %v, is %s %s", run.ID, load, run.Status, run.Error)
	}
	p := aurea.SearchPoint{
		Run: run.ID, Throughput: r.Throughput, P50: r.Latency.P50, P99: r.Latency.P99,
		ErrorRate: r.Counts.ErrorRate(), Objectives: r.Thresholds[:len(request.Objectives)],
	}
	if _, rates := request.Range(); rates {
		p.Rate = load
	} else {
		p.Concurrency = int64(load)
	}
	for _, reason := range r.Validity.Reasons {
		if reason.Code != "aborted" {
			p.Doubts = append(p.Doubts, reason.Code)
		}
	}
	p.Reason = whyNot(p, r)
	p.OK = p.Reason == ""
	return p, nil
}

// whyNot returns why a run's load does not hold; "" if it does.
func whyNot(p aurea.SearchPoint, r *aurea.Result) string {
	var missed []string
	for _, check := range p.Objectives {
		switch {
		case check.NoData:
			missed = append(missed, check.Expression+" has no data")
		case !check.OK:
			value := format.Value(check.Unit(), format.Round(check.Value, 3), r.Cost.Currency)
			missed = append(missed, check.Expression+" is "+value)
		}
	}
	if len(missed) > 0 && r.Counts.OK == 0 && r.Counts.Ended() > 0 {
		missed = append(missed, "and no job ended ok")
	}
	if len(missed) > 0 {
		return strings.Join(missed, ", ")
	}
	if r.Aborted != nil {
		return r.Aborted.Expression + " ended the run"
	}
	if reason := fallsBehind(r); reason != "" {
		return reason
	}
	for _, reason := range r.Validity.Reasons {
		if reason.State == aurea.Invalid {
			return reason.Message
		}
	}
	return ""
}

// fallsBehind returns why a run at a rate has not kept its pace. A queue grows as
// long as the run lasts, so at the end of a short one the latency may still look
// fine.
func fallsBehind(r *aurea.Result) string {
	if r.Rate == nil {
		return ""
	}
	ended := float64(r.Counts.Ended()) / max(r.Duration, 1e-9)
	switch {
	case r.Rate.Achieved < minStarted*r.Rate.Target:
		return fmt.Sprintf("only %s of %s jobs a second were started", format.Count(r.Rate.Achieved),
			format.Count(r.Rate.Target))
	case ended < minEnded*r.Rate.Achieved:
		return fmt.Sprintf("only %s of %s jobs a second ended: the target falls behind, or the run is too short for "+
			"its latency", format.Count(ended), format.Count(r.Rate.Achieved))
	}
	return ""
}

// ofGenerator are the reasons for doubt that are about the generator, and not
// about the target.
var ofGenerator = []string{aurea.GeneratorLimit, "delay", "generator_cpu", "cpu_throttled", "cpu_steal", "gc_pause",
	"scheduler_latency"}

// warnings returns remarks about the runs at the ends of a search: the generator
// may have set the limit, or the runs were too short to tell it.
func warnings(s aurea.Search) (found []string) {
	ofFailing, ofBoth := map[string]bool{}, map[string]bool{}
	for _, p := range s.Points {
		fails, holds := s.Failing != nil && p.Load() == *s.Failing, s.Limit != nil && p.Load() == *s.Limit
		fails = fails && p.Throughput > 0 // a target that serves nothing is at no limit
		for _, code := range p.Doubts {
			ofFailing[code] = ofFailing[code] || fails
			ofBoth[code] = ofBoth[code] || fails || holds
		}
	}
	codes := slices.DeleteFunc(slices.Clone(ofGenerator), func(code string) bool { return !ofFailing[code] })
	if len(codes) > 0 {
		found = append(found, fmt.Sprintf("the generator may be the limit, and not the target: at the load that fails "+
			"its own trouble was %s", strings.Join(codes, ", ")))
	}
	if ofBoth["few_samples"] {
		found = append(found, "the runs have too few jobs to tell a percentile of an objective; a longer duration does")
	}
	return found
}
