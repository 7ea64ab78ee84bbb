package importer

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A K6Summary is what the summary of a test of k6 says that a spec can have: the
// thresholds and the load. It says neither what was requested nor how the load
// changed.
type K6Summary struct {
	thresholds []string
	// LeftOut are the thresholds that the spec has not, each a sentence with the
	// reason.
	LeftOut []string

	users    float64       // virtual users at most; 0 if it is not known
	duration time.Duration // of the test; 0 if it is not known
	jobs     float64       // iterations, or else requests; 0 if it is not known
	rate     float64       // requests a second; 0 if it is not known

	oneRequest bool // each iteration sent one request
}

// A k6Metric is a metric of a summary. Its numbers and its thresholds are read
// where they are needed.
type k6Metric map[string]json.RawMessage

// ReadK6Summary reads a summary in either format: that of --summary-export, whose
// metrics are flat, or the data of handleSummary, whose metrics have values. It
// leaves out the thresholds that accepts returns an error for. The error is an
// *Error or a *LocationError.
func ReadK6Summary(text string, accepts func(threshold string) error) (*K6Summary, error) {
	text = strings.TrimPrefix(text, "\ufeff")
	var content json.RawMessage
	if err := decodeJSON(text, &content); err != nil {
		return nil, err
	}
	var document map[string]json.RawMessage
	if json.Unmarshal(content, &document) != nil || document == nil {
		return nil, errorAt(text, strings.Index(text, string(content)), "must be an object, as summaries of k6 are")
	}
	metrics, err := k6Metrics(document)
	if err != nil {
		return nil, err
	}
	var s K6Summary
	if err := s.readLoad(document, metrics); err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(metrics)) {
		expressions, err := metrics[name].thresholds("metrics." + name + ".thresholds")
		if err != nil {
			return nil, err
		}
		for _, expression := range expressions {
			s.addThreshold(name, expression, accepts)
		}
	}
	return &s, nil
}

// k6Metrics returns the metrics of a document by their names.
func k6Metrics(document map[string]json.RawMessage) (map[string]k6Metric, error) {
	const instead = "write one with --summary-export FILE, or the data of handleSummary"
	content, found := document["metrics"]
	if !found {
		if document["metric"] != nil {
			return nil, &LocationError{"metric", "is of samples, which --out json writes, not of a summary; " +
				instead}
		}
		return nil, &LocationError{"metrics", "is needed: the document is no summary of k6; " + instead}
	}
	var entries map[string]json.RawMessage
	if json.Unmarshal(content, &entries) != nil || entries == nil {
		return nil, &LocationError{"metrics", "must be an object with a member for each metric; " + instead}
	}
	metrics := map[string]k6Metric{}
	for _, name := range slices.Sorted(maps.Keys(entries)) {
		var metric k6Metric
		if json.Unmarshal(entries[name], &metric) != nil || metric == nil {
			return nil, &LocationError{"metrics." + name, "must be an object with the values of a metric"}
		}
		metrics[name] = metric
	}
	return metrics, nil
}

// thresholds returns the expressions of a metric's thresholds in order. Each has
// a boolean, whose meaning differs between the formats; whether it held is no part
// of a spec.
func (m k6Metric) thresholds(at string) ([]string, error) {
	content, found := m["thresholds"]
	if !found {
		return nil, nil
	}
	var entries map[string]json.RawMessage
	if json.Unmarshal(content, &entries) != nil {
		return nil, &LocationError{at, `must be an object such as {"p(95)<500": false}`}
	}
	for expression, outcome := range entries {
		var crossed *bool
		var verdict struct {
			OK *bool `json:"ok"`
		}
		if (json.Unmarshal(outcome, &crossed) != nil || crossed == nil) &&
			(json.Unmarshal(outcome, &verdict) != nil || verdict.OK == nil) {
			return nil, &LocationError{at + "." + expression, `must be true, false, or an object such as {"ok": true}`}
		}
	}
	return slices.Sorted(maps.Keys(entries)), nil
}

// readLoad reads how many users there were, and for how long.
func (s *K6Summary) readLoad(document map[string]json.RawMessage, metrics map[string]k6Metric) error {
	r := k6Reader{metrics: metrics}
	s.users = r.first([2]string{"vus_max", "max"}, [2]string{"vus_max", "value"},
		[2]string{"vus", "max"}, [2]string{"vus", "value"})
	s.jobs = r.first([2]string{"iterations", "count"}, [2]string{"http_reqs", "count"})
	s.rate = r.first([2]string{"http_reqs", "rate"})
	s.oneRequest = r.number("iterations", "count") == r.number("http_reqs", "count")
	milliseconds := r.runDuration(document["state"])
	if milliseconds == 0 { // only handleSummary says it, but a rate is of the whole test
		for _, name := range []string{"iterations", "http_reqs"} {
			count, rate := r.number(name, "count"), r.number(name, "rate")
			if milliseconds == 0 && count > 0 && rate > 0 {
				milliseconds = count / rate * 1000
			}
		}
	}
	s.duration = roundDuration(milliseconds)
	return r.err
}

// A k6Reader reads numbers of a summary. It keeps its first error.
type k6Reader struct {
	metrics map[string]k6Metric
	err     error
}

// first returns the first of several numbers, each of a metric, that is not 0.
func (r *k6Reader) first(places ...[2]string) float64 {
	for _, place := range places {
		if n := r.number(place[0], place[1]); n > 0 {
			return n
		}
	}
	return 0
}

// number returns a number of a metric. It is 0 if there is none.
func (r *k6Reader) number(name, value string) float64 {
	metric, at := r.metrics[name], "metrics."+name
	if content, nested := metric["values"]; nested {
		at += ".values"
		metric = nil
		if json.Unmarshal(content, &metric) != nil {
			r.fail(at, "must be an object with numbers")
			return 0
		}
	}
	return r.parse(at+"."+value, metric[value])
}

// runDuration returns how long the test took, in milliseconds.
func (r *k6Reader) runDuration(content json.RawMessage) float64 {
	if content == nil {
		return 0
	}
	var state map[string]json.RawMessage
	if json.Unmarshal(content, &state) != nil {
		r.fail("state", "must be an object such as {\"testRunDurationMs\": 30000}")
		return 0
	}
	return r.parse("state.testRunDurationMs", state["testRunDurationMs"])
}

func (r *k6Reader) parse(at string, content json.RawMessage) float64 {
	if content == nil {
		return 0
	}
	n, err := strconv.ParseFloat(string(content), 64)
	if err != nil || n < 0 {
		r.fail(at, "must be a number from 0; got %s", shortened(string(content)))
		return 0
	}
	return n
}

func (r *k6Reader) fail(at, format string, args ...any) {
	if r.err == nil {
		r.err = &LocationError{at, fmt.Sprintf(format, args...)}
	}
}

// shortened returns a text without most of it if it is long.
func shortened(text string) string {
	if runes := []rune(text); len(runes) > 40 {
		return string(runes[:40]) + "…"
	}
	return text
}

// roundDuration returns milliseconds as a duration that a person would write: a
// test of 30 s takes some milliseconds more.
func roundDuration(milliseconds float64) time.Duration {
	const most = float64(math.MaxInt64 / int64(time.Millisecond) / 2)
	d := time.Duration(min(milliseconds, most) * float64(time.Millisecond))
	switch {
	case d >= 10*time.Second:
		return d.Round(time.Second)
	case d >= time.Second:
		return d.Round(100 * time.Millisecond)
	default:
		return d.Round(time.Millisecond)
	}
}
