package aurea

import (
	"slices"
	"strings"

	"github.com/aurea-orchestrator/aurea/hist"
	"github.com/aurea-orchestrator/aurea/internal/lazyregexp"
)

// distributions is the table of histograms that a threshold may name by a prefix.
// Without a prefix, latency is meant.
var distributions = map[string]func(*Tally) *hist.Histogram{
	"latency":      func(t *Tally) *hist.Histogram { return t.Latency },
	"service_time": func(t *Tally) *hist.Histogram { return t.ServiceTime },
	"delay":        func(t *Tally) *hist.Histogram { return t.Delay },
}

// detailMetric matches a metric of a phase or a part, whose name may have dots.
var detailMetric = lazyregexp.New(`^(phases|parts)\.(.+)\.(min|mean|stddev|max|error_rate|p[0-9]+(?:\.[0-9]+)?)$`)

// distribution splits the name of a metric into a function that reads its
// histogram and the name of its statistic. The function returns nil for a result
// without the histogram.
func distribution(name string) (of func(judged) *hist.Histogram, statistic string) {
	if parts := detailMetric().FindStringSubmatch(name); parts != nil && parts[3] != "error_rate" {
		if parts[1] == "phases" {
			return func(r judged) *hist.Histogram { return r.Breakdown.Phase(parts[2]) }, parts[3]
		}
		return func(r judged) *hist.Histogram { return r.part(parts[2]).Latency }, parts[3]
	}
	pick := distributions["latency"]
	if prefix, rest, ok := strings.Cut(name, "."); ok && distributions[prefix] != nil {
		pick, name = distributions[prefix], rest
	}
	return func(r judged) *hist.Histogram {
		if r.Tally == nil {
			return nil
		}
		return pick(r.Tally)
	}, name
}

// part returns the tally of the part with the name; an empty tally if there is
// none.
func (s Samples) part(name string) *Tally {
	if s.Breakdown != nil {
		for i, part := range s.Breakdown.Parts {
			if part.Name == name {
				return s.Breakdown.parts[i]
			}
		}
	}
	return &Tally{}
}

// amounts is the table of metrics of a counter.
var amounts = map[string]func(Amount) float64{
	"total":          func(a Amount) float64 { return float64(a.Total) },
	"per_second":     func(a Amount) float64 { return a.PerSecond },
	"per_job":        func(a Amount) float64 { return a.PerJob },
	"per_cpu_second": func(a Amount) float64 { return a.PerCPUSecond },
}

// lookupAmount finds the metrics "counters.NAME.AMOUNT" and
// "parts.NAME.error_rate".
func lookupAmount(name string) (measure, bool) {
	if parts := detailMetric().FindStringSubmatch(name); parts != nil && parts[1] == "parts" && parts[3] == "error_rate" {
		return measure{share, func(r judged) (float64, bool) {
			counts := r.part(parts[2]).Counts
			return counts.ErrorRate(), counts.Owed() > 0
		}}, true
	}
	rest, ok := strings.CutPrefix(name, "counters.")
	counter, kind := cutLast(rest, ".")
	read := amounts[kind]
	if !ok || read == nil || counter == "" {
		return measure{}, false
	}
	counter = strings.TrimSuffix(counter, ".")
	return measure{plain, func(r judged) (float64, bool) {
		amount, ok := r.Counters.Get(counter)
		return read(amount), ok && r.Counts.Ended() > 0
	}}, true
}

// Missing returns the phase, part or counter of the threshold if the measures
// lack it, and "" otherwise.
func (t Threshold) Missing(m MetricNames) string {
	if parts := detailMetric().FindStringSubmatch(t.metric); parts != nil {
		found := slices.Contains(m.Phases, parts[2])
		if parts[1] == "parts" {
			found = slices.ContainsFunc(m.Parts, func(p Part) bool { return p.Name == parts[2] })
		}
		if !found {
			return parts[1] + "." + parts[2]
		}
		return ""
	}
	if rest, ok := strings.CutPrefix(t.metric, "counters."); ok {
		counter, _ := cutLast(rest, ".")
		if !slices.Contains(m.Counters, strings.TrimSuffix(counter, ".")) {
			return "counters." + strings.TrimSuffix(counter, ".")
		}
	}
	return ""
}
