package aurea

import (
	"fmt"
	"strings"
	"time"

	"github.com/aurea-orchestrator/aurea/internal/lazyregexp"
	"github.com/aurea-orchestrator/aurea/param"
)

// A Threshold is a rule that a result must satisfy: a metric, an operator and a
// limit, as in "p99 < 250ms" or "error_rate <= 1%". Its JSON is the expression, or
// an object if it can end a run early. ParseThreshold makes one.
type Threshold struct {
	Expression  string        // as it was written, without its abort
	AbortOnFail bool          // whether the run ends as soon as the threshold fails
	After       time.Duration // with AbortOnFail: until then, from the end of the warm-up, it may fail
	metric      string
	operator    string
	limit       float64 // in the metric's base unit: seconds, a share, jobs a second, money
}

// expression allows a space before a unit: "250 ms", "1 %".
var expression = lazyregexp.New(`^([a-z0-9_.]+) ?(<=|>=|==|!=|<|>) ?(\S+(?: (?:%|[a-zµμ]+))?)$`)

// ParseThreshold parses an expression. The grammar is
//
//	metric operator limit [abort [after duration]]
//
// with the operators < <= > >= == !=. A metric is throughput, error_rate,
// mean_latency, cost_per_million and so on, or a statistic (min, mean, stddev,
// max, p50, p99, p99.9, p999, p100) of latency, service_time or delay, as in
// "delay.p99". A limit is never negative. For times it is a duration, whose unit
// only 0 may lack; for shares it is a share from 0 to 1 or a percentage; for all
// others it is a number.
//
// Metrics of what jobs report are the statistics of a phase, as in
// "phases.connect.p99"; of a mix's part, as in "parts.search.p99" and
// "parts.search.error_rate"; and the amounts of a counter, as in
// "counters.bytes_in.per_second".
//
// With abort, the run ends early when the threshold fails; with a duration not
// before that time has passed since the warm-up. Metrics of what jobs report, and
// in_flight, are known at the end only, so they cannot abort.
func ParseThreshold(text string) (Threshold, error) {
	text, abort, err := cutAbort(text)
	if err != nil {
		return Threshold{}, err
	}
	t, limit, err := readThreshold(text)
	if err == nil {
		err = t.checkLimit(limit)
	}
	if err == nil {
		t.AbortOnFail, t.After = abort.AbortOnFail, abort.After
		err = t.checkAbort()
	}
	if err != nil {
		return Threshold{}, err
	}
	return t, nil
}

// readThreshold parses an expression and also returns the text of its limit. It
// accepts what ParseThreshold of older versions accepted.
func readThreshold(text string) (t Threshold, limit string, err error) {
	spaced := strings.Join(strings.Fields(text), " ") // also no-break spaces, as pages have them
	parts := expression().FindStringSubmatch(spaced)
	if parts == nil {
		return t, "", fmt.Errorf(`must be a metric, one of < <= > >= == !=, and a limit, such as "p99 < 250ms"; got %s`,
			param.Describe(text))
	}
	m, ok := lookup(parts[1])
	if !ok {
		return t, "", unknownMetric(parts[1])
	}
	limit = strings.ReplaceAll(parts[3], " ", "")
	value, ok := parseLimit(limit, m.unit)
	if !ok {
		return t, "", fmt.Errorf("%s: the limit must be %s; got %s",
			parts[1], units[m.unit].limit, param.Describe(parts[3]))
	}
	t = Threshold{Expression: strings.TrimSpace(text), metric: parts[1], operator: parts[2], limit: value}
	return t, limit, nil
}

// quantile returns the quantile of the threshold's metric, if it has one.
func (t Threshold) quantile() (float64, bool) {
	_, statistic := distribution(t.metric)
	return quantile(statistic)
}

// Check applies the threshold to a result and its samples. A result without data
// for it does not satisfy it.
func (t Threshold) Check(r *Result, s Samples) ThresholdCheck {
	m, _ := lookup(t.metric)
	value, data := m.read(judged{r, s})
	return ThresholdCheck{Expression: t.Expression, Value: value, OK: data && t.holds(value), NoData: !data}
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
