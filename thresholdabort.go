package aurea

import (
	"fmt"
	"strings"
	"time"

	"github.com/aurea-orchestrator/aurea/internal/lazyregexp"
	"github.com/aurea-orchestrator/aurea/param"
)

// abortSuffix matches the end of an expression that says when to abort.
var abortSuffix = lazyregexp.New(`^(.*[^ ]) abort(?: after ([^ ]+))?$`)

// cutAbort cuts "abort" or "abort after 5s" off the end of an expression. The
// returned threshold has only what was cut off.
func cutAbort(text string) (expression string, abort Threshold, err error) {
	parts := abortSuffix().FindStringSubmatch(strings.Join(strings.Fields(text), " "))
	if parts == nil {
		return text, Threshold{}, nil
	}
	abort.AbortOnFail = true
	if parts[2] != "" {
		after, err := abortAfter.Parse(parts[2])
		if err != nil {
			return "", Threshold{}, fmt.Errorf("abort after %w", err)
		}
		abort.After = after.(time.Duration)
	}
	return strings.TrimSpace(text[:strings.LastIndex(text, "abort")]), abort, nil
}

// knownLate matches the metrics that are not known before the end of a run.
var knownLate = lazyregexp.New(`^(?:(?:phases|parts|counters)\..*|in_flight)$`)

// checkAbort rejects an abort by a metric that has no value during the run.
func (t Threshold) checkAbort() error {
	if t.AbortOnFail && knownLate().MatchString(t.metric) {
		return fmt.Errorf("%s is not known before the end of the run, so it cannot abort one; "+
			"error_rate, throughput and the statistics of latency, service_time and delay can", t.metric)
	}
	return nil
}

// abortAfter declares the delay of a threshold that aborts.
var abortAfter = param.Parameter{Name: "after", Type: param.Duration, Max: MaxRunDuration.Seconds(),
	Doc: "how long after the warm-up it may fail"}

// thresholdParameters declares a threshold that is an object.
var thresholdParameters = []param.Parameter{
	{Name: "expression", Type: param.Text, Required: true, Doc: "a figure, a comparison and a limit"},
	{Name: "abort_on_fail", Type: param.Boolean, Default: false,
		Doc: "whether the run ends as soon as the threshold fails"},
	abortAfter,
}

// thresholdForms declares the forms of a threshold.
var thresholdForms = []param.Parameter{
	{Type: param.Text,
		Doc: `a figure, a comparison and a limit; with "abort" or "abort after 5s" it ends the run when it fails`},
	{Type: param.Object, Members: thresholdParameters, Doc: "a threshold that may end the run when it fails"},
}

// readThresholdEntry reads a threshold from a decoded JSON value, which it finds
// at a location.
func readThresholdEntry(value any, at string, found *param.Problems) Threshold {
	switch value := value.(type) {
	case string:
		t, err := ParseThreshold(value)
		if err != nil {
			found.Add(at, "%v", err)
		}
		return t
	case map[string]any:
		return readThresholdObject(value, at, found)
	}
	found.Add(at, `must be a string such as "p99 < 250ms", or an object such as {"expression": "error_rate < 50%%", `+
		`"abort_on_fail": true, "after": "5s"}; got %s`, param.Describe(value))
	return Threshold{}
}

func readThresholdObject(object map[string]any, at string, found *param.Problems) Threshold {
	before := len(*found)
	values := param.ReadGiven(thresholdParameters, object, at, found)
	if len(*found) > before {
		return Threshold{}
	}
	t, err := ParseThreshold(values.Text("expression"))
	if err == nil && values.Has("abort_on_fail") {
		t.AbortOnFail = values.Boolean("abort_on_fail")
		err = t.checkAbort()
	}
	if err != nil {
		found.Add(param.Join(at, "expression"), "%v", err)
	}
	switch {
	case !t.AbortOnFail && values.Has("after") && err == nil:
		found.Add(param.Join(at, "after"), `takes "abort_on_fail": true, which it delays`)
	case !t.AbortOnFail:
		t.After = 0
	case values.Has("after"):
		t.After = values.Duration("after")
	}
	return t
}
