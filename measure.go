package aurea

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/aurea-orchestrator/aurea/hist"
	"github.com/aurea-orchestrator/aurea/internal/lazyregexp"
	"github.com/aurea-orchestrator/aurea/param"
)

// A measure reads one value from a result; ok is false without data.
type measure struct {
	unit unit
	read func(judged) (value float64, ok bool)
}

// measures is the table of metrics that a threshold may name, beside the
// statistics of histograms.
var measures = map[string]measure{
	"throughput": ofOwed(perSecond, func(r judged) float64 { return r.Throughput }),
	"mean_latency": {seconds, func(r judged) (float64, bool) {
		return r.MeanLatency, r.Latency.Count > 0
	}},
	"error_rate":     ofOwed(share, func(r judged) float64 { return r.Counts.ErrorRate() }),
	"duration":       ofOwed(seconds, func(r judged) float64 { return r.Duration }),
	"completed_jobs": ofOwed(plain, func(r judged) float64 { return float64(r.CompletedJobs) }),
	"failed_jobs":    ofOwed(plain, func(r judged) float64 { return float64(r.FailedJobs) }),
	"dropped_jobs": {plain, func(r judged) (float64, bool) {
		return float64(r.Counts.Dropped), r.Counts.Planned > 0
	}},
	"total_cost":       ofEnded(money, func(r judged) float64 { return r.TotalCost }),
	"cost_per_job":     ofEnded(money, func(r judged) float64 { return r.Cost.PerJob }),
	"cost_per_million": ofEnded(money, func(r judged) float64 { return r.Cost.PerMillionJobs }),
	"in_flight":        ofEnded(plain, func(r judged) float64 { return float64(r.InFlight.Max) }),
}

// ofOwed returns a measure that has data if the result has owed jobs.
func ofOwed(u unit, value func(judged) float64) measure {
	return measure{u, func(r judged) (float64, bool) { return value(r), r.Counts.Owed() > 0 }}
}

// ofEnded returns a measure that has data if the result has jobs that ended.
func ofEnded(u unit, value func(judged) float64) measure {
	return measure{u, func(r judged) (float64, bool) { return value(r), r.Counts.Ended() > 0 }}
}

// statistics is the table of statistics of a histogram, beside percentiles.
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
	return measure{seconds, func(r judged) (float64, bool) {
		h := of(r)
		if h.Count() == 0 {
			return 0, false
		}
		return statistic(h), true
	}}, true
}

func unknownMetric(name string) error {
	if _, statistic := distribution(name); percentile().MatchString(statistic) {
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

var percentile = lazyregexp.New(`^p([0-9]{1,7})(?:\.([0-9]{1,5}))?$`)

// quantile parses "p50", "p99.9", "p100" and the short form "p999" for p99.9. It
// also parses short forms of other percentiles: older versions accepted them, and
// stored specs may have them. ParseThreshold rejects them by looksAboveHundred.
func quantile(name string) (float64, bool) {
	parts := percentile().FindStringSubmatch(name)
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
var shortTail = lazyregexp.New(`^p99[0-9]+$`)

// looksAboveHundred reports whether a name looks like a percentile above 100, such
// as p500 or p1000.
func looksAboveHundred(name string) bool {
	parts := percentile().FindStringSubmatch(name)
	return parts != nil && parts[2] == "" && len(parts[1]) > 2 && parts[1] != "100" && !shortTail().MatchString(name)
}

func percentileError(name string) error {
	return fmt.Errorf("%s is not a percentile: those go from p0.001 to p100, and p999 is short for p99.9; "+
		"min is the shortest", param.Describe(name))
}
