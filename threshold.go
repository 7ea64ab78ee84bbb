package aurea

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aurea-orchestrator/aurea/hist"
)

// A Threshold is a rule that a result must satisfy: a metric, a comparison and
// a limit, as in "p99 < 250ms" or "error_rate <= 1%". In JSON it is the
// expression. Make one with ParseThreshold.
type Threshold struct {
	Expression string // as it was written
	metric     string
	operator   string
	limit      float64 // in the metric's base unit: seconds, a share, jobs a second, money
}

// A unit says how a limit may be written.
type unit int

const (
	plain   unit = iota // a number
	seconds             // a number of seconds, or a duration: 0.25, 250ms
	share               // a number from 0 to 1, or a percentage: 0.01, 1%
)

// A measure reads one value off a result; ok is false when there is no data.
type measure struct {
	unit unit
	read func(*Result) (value float64, ok bool)
}

// measures are the metrics a threshold may name, next to the statistics of the
// three distributions (see statistic).
var measures = map[string]measure{
	"throughput":       {plain, func(r *Result) (float64, bool) { return r.Throughput, r.Counts.Ended() > 0 }},
	"mean_latency":     {seconds, func(r *Result) (float64, bool) { return r.MeanLatency, r.Latency.Count > 0 }},
	"error_rate":       {share, func(r *Result) (float64, bool) { return r.Counts.ErrorRate(), r.Counts.Ended() > 0 }},
	"duration":         {seconds, func(r *Result) (float64, bool) { return r.Duration, r.Counts.Ended() > 0 }},
	"completed_jobs":   {plain, func(r *Result) (float64, bool) { return float64(r.CompletedJobs), r.Counts.Ended() > 0 }},
	"failed_jobs":      {plain, func(r *Result) (float64, bool) { return float64(r.FailedJobs), r.Counts.Ended() > 0 }},
	"dropped_jobs":     {plain, func(r *Result) (float64, bool) { return float64(r.Counts.Dropped), r.Counts.Planned > 0 }},
	"total_cost":       {plain, func(r *Result) (float64, bool) { return r.TotalCost, r.Counts.Ended() > 0 }},
	"cost_per_job":     {plain, func(r *Result) (float64, bool) { return r.Cost.PerJob, r.Counts.Ended() > 0 }},
	"cost_per_million": {plain, func(r *Result) (float64, bool) { return r.Cost.PerMillionJobs, r.Counts.Ended() > 0 }},
	"in_flight":        {plain, func(r *Result) (float64, bool) { return float64(r.InFlight.Max), r.Counts.Ended() > 0 }},
}

var statistics = map[string]func(*hist.Histogram) float64{
	"min":    func(h *hist.Histogram) float64 { return h.Min().Seconds() },
	"mean":   (*hist.Histogram).Mean,
	"stddev": (*hist.Histogram).StdDev,
	"max":    func(h *hist.Histogram) float64 { return h.Max().Seconds() },
}

var (
	expression = regexp.MustCompile(`^\s*([a-z0-9_.]+)\s*(<=|>=|==|!=|<|>)\s*(\S+)\s*$`)
	percentile = regexp.MustCompile(`^p([0-9]{1,7})(?:\.([0-9]{1,5}))?$`)
)

// ParseThreshold reads an expression. The grammar is
//
//	metric operator limit
//
// with the operators < <= > >= == !=. A metric is throughput, error_rate,
// mean_latency, cost_per_million and so on, or a statistic (min, mean, stddev,
// max, p50, p99, p99.9, p999) of latency, service_time or delay, as in
// "delay.p99". A limit is a number in the metric's base unit, a duration for
// times, a percentage for shares.
//
// Of what jobs tell of themselves there are the statistics of a phase, as in
// "phases.connect.p99", and of a mix's part, as in "parts.search.p99" and
// "parts.search.error_rate"; and of a counter its amounts, as in
// "counters.bytes_in.per_second".
func ParseThreshold(text string) (Threshold, error) {
	parts := expression.FindStringSubmatch(text)
	if parts == nil {
		return Threshold{}, fmt.Errorf(`must be a metric, one of < <= > >= == !=, and a limit, such as "p99 < 250ms"; got %s`, show(text))
	}
	m, ok := lookup(parts[1])
	if !ok {
		return Threshold{}, unknownMetric(parts[1])
	}
	limit, ok := parseLimit(parts[3], m.unit)
	if !ok {
		return Threshold{}, fmt.Errorf("%s: the limit must be %s; got %s", parts[1], m.unit, show(parts[3]))
	}
	return Threshold{Expression: strings.TrimSpace(text), metric: parts[1], operator: parts[2], limit: limit}, nil
}

func (u unit) String() string {
	return [...]string{"a number", `a duration such as "250ms" or a number of seconds`, `a share such as "1%" or 0.01`}[u]
}

func unknownMetric(name string) error {
	names := slices.Sorted(maps.Keys(measures))
	for d := range distributions {
		for s := range statistics {
			names = append(names, d+"."+s)
		}
	}
	if near := nearest(name, names); near != "" {
		return fmt.Errorf("%s is not a metric; did you mean %s?", show(name), near)
	}
	return fmt.Errorf("%s is not a metric; there are %s and the statistics min, mean, stddev, max, p50 to p99.999 of latency, service_time, delay, phases.NAME and parts.NAME",
		show(name), strings.Join(slices.Sorted(maps.Keys(measures)), ", "))
}

// lookup finds a metric by name: a measure, an amount that jobs counted, or a
// statistic of a distribution.
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

// quantile is the quantile that the threshold is about, if it is about one.
func (t Threshold) quantile() (float64, bool) {
	_, statistic := distribution(t.metric)
	return quantile(statistic)
}

// quantile reads "p50", "p99.9" and, as its short form, "p999".
func quantile(name string) (float64, bool) {
	parts := percentile.FindStringSubmatch(name)
	if parts == nil {
		return 0, false
	}
	whole, fraction := parts[1], parts[2]
	if len(whole) > 2 && fraction == "" {
		whole, fraction = whole[:2], whole[2:]
	}
	p, err := strconv.ParseFloat(whole+"."+fraction+"0", 64)
	return p / 100, err == nil && p > 0 && p < 100
}

func parseLimit(text string, u unit) (float64, bool) {
	var value float64
	var err error
	switch {
	case u == share && strings.HasSuffix(text, "%"):
		value, err = strconv.ParseFloat(strings.TrimSuffix(text, "%"), 64)
		value /= 100
	case u == seconds && strings.ContainsAny(text, "nuµmsh"):
		var d time.Duration
		d, err = time.ParseDuration(text)
		value = d.Seconds()
	default:
		value, err = strconv.ParseFloat(text, 64)
	}
	return value, err == nil && !math.IsNaN(value) && !math.IsInf(value, 0)
}

// Check applies the threshold to a result. data is false when the result has
// nothing to judge by; then the threshold does not hold.
func (t Threshold) Check(r *Result) (check ThresholdCheck, data bool) {
	m, _ := lookup(t.metric)
	value, data := m.read(r)
	return ThresholdCheck{Expression: t.Expression, Value: value, OK: data && t.holds(value)}, data
}

func (t Threshold) holds(value float64) bool {
	switch t.operator {
	case "<":
		return value < t.limit
	case "<=":
		return value <= t.limit
	case ">":
		return value > t.limit
	case ">=":
		return value >= t.limit
	case "==":
		return value == t.limit
	default:
		return value != t.limit
	}
}

// MarshalJSON writes the expression.
func (t Threshold) MarshalJSON() ([]byte, error) { return PlainJSON(t.Expression) }

// UnmarshalJSON parses the expression.
func (t *Threshold) UnmarshalJSON(data []byte) error {
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return err
	}
	parsed, err := ParseThreshold(text)
	*t = parsed
	return err
}
