package aurea

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"github.com/aurea-orchestrator/aurea/param"
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

// expression lets a space stand before a unit: "250 ms", "1 %".
var expression = regexp.MustCompile(`^([a-z0-9_.]+) ?(<=|>=|==|!=|<|>) ?(\S+(?: (?:%|[a-zµμ]+))?)$`)

// ParseThreshold reads an expression. The grammar is
//
//	metric operator limit
//
// with the operators < <= > >= == !=. A metric is throughput, error_rate,
// mean_latency, cost_per_million and so on, or a statistic (min, mean, stddev,
// max, p50, p99, p99.9, p999, p100) of latency, service_time or delay, as in
// "delay.p99". A limit is a duration for times, a share from 0 to 1 or a
// percentage for shares, and else a number; none is negative. Only 0 needs no
// unit where a duration is wanted.
//
// Of what jobs tell of themselves there are the statistics of a phase, as in
// "phases.connect.p99", and of a mix's part, as in "parts.search.p99" and
// "parts.search.error_rate"; and of a counter its amounts, as in
// "counters.bytes_in.per_second".
func ParseThreshold(text string) (Threshold, error) {
	t, limit, err := readThreshold(text)
	if err == nil {
		err = t.checkLimit(limit)
	}
	if err != nil {
		return Threshold{}, err
	}
	return t, nil
}

// readThreshold reads an expression and returns its limit as it is written. It
// also reads what ParseThreshold once accepted and now refuses.
func readThreshold(text string) (t Threshold, limit string, err error) {
	spaced := strings.Join(strings.Fields(text), " ") // no-break spaces too, as they come from pages
	parts := expression.FindStringSubmatch(spaced)
	if parts == nil {
		return t, "", fmt.Errorf(`must be a metric, one of < <= > >= == !=, and a limit, such as "p99 < 250ms"; got %s`, param.Describe(text))
	}
	m, ok := lookup(parts[1])
	if !ok {
		return t, "", unknownMetric(parts[1])
	}
	limit = strings.ReplaceAll(parts[3], " ", "")
	value, ok := parseLimit(limit, m.unit)
	if !ok {
		return t, "", fmt.Errorf("%s: the limit must be %s; got %s", parts[1], units[m.unit].limit, param.Describe(parts[3]))
	}
	return Threshold{Expression: strings.TrimSpace(text), metric: parts[1], operator: parts[2], limit: value}, limit, nil
}

// quantile is the quantile that the threshold is about, if it is about one.
func (t Threshold) quantile() (float64, bool) {
	_, statistic := distribution(t.metric)
	return quantile(statistic)
}

// Check applies the threshold to a result. It does not hold where the result has
// no data for it.
func (t Threshold) Check(r *Result) ThresholdCheck {
	m, _ := lookup(t.metric)
	value, data := m.read(r)
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

// MarshalJSON writes the expression.
func (t Threshold) MarshalJSON() ([]byte, error) { return param.PlainJSON(t.Expression) }

// UnmarshalJSON reads the expression of a spec that was accepted before, perhaps
// when the rules were other ones: a time without a unit is in seconds. A new spec
// is read by DecodeSpec.
func (t *Threshold) UnmarshalJSON(data []byte) error {
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return err
	}
	parsed, _, err := readThreshold(text)
	*t = parsed
	return err
}
