package aurea

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/aurea-orchestrator/aurea/hist"
	"github.com/aurea-orchestrator/aurea/param"
)

// A measure reads one value from a result; ok is false without data.
type measure struct {
	unit unit
	read func(*Result) (value float64, ok bool)
}

// measures is the table of metrics that a threshold may name, beside the
// statistics of histograms.
var measures = map[string]measure{
	"throughput":       {perSecond, func(r *Result) (float64, bool) { return r.Throughput, r.Counts.Owed() > 0 }},
	"mean_latency":     {seconds, func(r *Result) (float64, bool) { return r.MeanLatency, r.Latency.Count > 0 }},
	"error_rate":       {share, func(r *Result) (float64, bool) { return r.Counts.ErrorRate(), r.Counts.Owed() > 0 }},
	"duration":         {seconds, func(r *Result) (float64, bool) { return r.Duration, r.Counts.Owed() > 0 }},
	"completed_jobs":   {plain, func(r *Result) (float64, bool) { return float64(r.CompletedJobs), r.Counts.Owed() > 0 }},
	"failed_jobs":      {plain, func(r *Result) (float64, bool) { return float64(r.FailedJobs), r.Counts.Owed() > 0 }},
	"dropped_jobs":     {plain, func(r *Result) (float64, bool) { return float64(r.Counts.Dropped), r.Counts.Planned > 0 }},
	"total_cost":       {money, func(r *Result) (float64, bool) { return r.TotalCost, r.Counts.Ended() > 0 }},
	"cost_per_job":     {money, func(r *Result) (float64, bool) { return r.Cost.PerJob, r.Counts.Ended() > 0 }},
	"cost_per_million": {money, func(r *Result) (float64, bool) { return r.Cost.PerMillionJobs, r.Counts.Ended() > 0 }},
	"in_flight":        {plain, func(r *Result) (float64, bool) { return float64(r.InFlight.Max), r.Counts.Ended() > 0 }},
}

var statistics = map[string]func(*hist.Histogram) float64{
	"min":    func(h *hist.Histogram) float64 { return h.Min().Seconds() },
	"mean":   (*hist.Histogram).Mean,
	"stddev": (*hist.Histogram).StdDev,
	"max":    func(h *hist.Histogram) float64 { return h.Max().Seconds() },
}

// lookup finds a metric by name: a measure, an amount of a counter, or a statistic
// of a histogram.
func lookup(name string) (measure, bool) {
	if m, ok := measures[name]; ok {
		return m, true
	}
	if m, ok := lookupAmount(name); ok {
		return m, true
	}
	of, name := distribution(name)
	statistic := statistics[name]
	if statistic == nil {
		q, ok := quantile(name)
		if !ok {
			return measure{}, false
		}
		statistic = func(h *hist.Histogram) float64 { return h.Quantile(q).Seconds() }
	}
	return measure{seconds, func(r *Result) (float64, bool) {
		h := of(r)
		if h.Count() == 0 {
			return 0, false
		}
		return statistic(h), true
	}}, true
}

func unknownMetric(name string) error {
	if _, statistic := distribution(name); percentile.MatchString(statistic) {
		return percentileError(name)
	}
	names := slices.Sorted(maps.Keys(measures))
	for d := range distributions {
		for s := range statistics {
			names = append(names, d+"."+s)
		}
	}
	if near := param.Closest(name, names); near != "" {
		return fmt.Errorf("%s is not a metric; did you mean %s?", param.Describe(name), near)
	}
	return fmt.Errorf("%s is not a metric; there are %s and the statistics min, mean, stddev, max, p0.001 to p100 "+
		"of latency, service_time, delay, phases.NAME and parts.NAME",
		param.Describe(name), strings.Join(slices.Sorted(maps.Keys(measures)), ", "))
}

var percentile = regexp.MustCompile(`^p([0-9]{1,7})(?:\.([0-9]{1,5}))?$`)

// quantile parses "p50", "p99.9", "p100" and the short form "p999" for p99.9. It
// also parses short forms of other percentiles: older versions accepted them, and
// stored specs may have them. ParseThreshold rejects them by looksAboveHundred.
func quantile(name string) (float64, bool) {
	parts := percentile.FindStringSubmatch(name)
	if parts == nil {
		return 0, false
	}
	whole, fraction := parts[1], parts[2]
	if len(whole) > 2 && fraction == "" && whole != "100" {
		whole, fraction = whole[:2], whole[2:]
	}
	q, err := strconv.ParseFloat(whole+"."+fraction+"e-2", 64)
	return q, err == nil && q > 0 && q <= 1
}

// shortTail matches short forms that are unambiguous: p999, p995.
var shortTail = regexp.MustCompile(`^p99[0-9]+$`)

// looksAboveHundred reports whether a name looks like a percentile above 100, such
// as p500 or p1000.
func looksAboveHundred(name string) bool {
	parts := percentile.FindStringSubmatch(name)
	return parts != nil && parts[2] == "" && len(parts[1]) > 2 && parts[1] != "100" && !shortTail.MatchString(name)
}

func percentileError(name string) error {
	return fmt.Errorf("%s is not a percentile: those go from p0.001 to p100, and p999 is short for p99.9; "+
		"min is the shortest", param.Describe(name))
}
