package aurea

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/aurea-orchestrator/aurea/param"
)

// derive returns the result of a measurement with its samples.
func derive(plan Plan, m Measurement) judged { return judged{NewResult(plan, m), m.Samples()} }

// thousand returns a result of 2 s: 1,000 jobs that took 1 to 1000 ns and ended ok,
// 150 that failed and 50 that timed out after 2000 ns, and 50 that were dropped.
// Every job started 5 ns late. Durations below 2048 ns have a bucket each, so
// every statistic is exact.
func thousand() judged {
	tally := NewTally()
	for i := range time.Duration(1000) {
		tally.End(OK, 0, 5, 5+i+1)
	}
	for i := range 200 {
		outcome := Failed
		if i < 50 {
			outcome = TimedOut
		}
		tally.End(outcome, 10, 15, 15+2000)
	}
	tally.Planned, tally.Started, tally.Dropped = 1250, 1200, 50
	spec := Spec{NumJobs: 1250, Pricing: &Pricing{PerJob: 0.5, Currency: "USD"}}
	return derive(NewPlan(spec, 1), Measurement{Duration: 2 * time.Second, Tally: tally, MaxInFlight: 7})
}

// thresholdValues are expressions, the values that they read of thousand, and
// whether it satisfies them.
var thresholdValues = []struct {
	expression string
	value      float64
	ok         bool
}{
	{"throughput > 499.9", 500, true},
	{"throughput > 500", 500, false},
	{"throughput >= 500", 500, true},
	{"throughput < 500", 500, false},
	{"throughput <= 500", 500, true},
	{"throughput == 5e2", 500, true},
	{"throughput != 500.0", 500, false},
	{"error_rate <= 20%", 0.2, true},
	{"error_rate <= 0.2", 0.2, true},
	{"error_rate < 0.2", 0.2, false},
	{"error_rate<1%", 0.2, false},
	{"duration == 2s", 2, true},
	{"completed_jobs == 1000", 1000, true},
	{"failed_jobs == 200", 200, true},
	{"dropped_jobs < 50", 50, false},
	{"total_cost <= 600", 600, true},
	{"cost_per_job > 0.5", 0.5, false},
	{"cost_per_million < 500001", 500000, true},
	{"in_flight == 7", 7, true},
	{"mean_latency < 506ns", 505.5e-9, true},
	{"mean_latency < 505ns", 505.5e-9, false},
	{"mean != 505ns", 505.5e-9, true},
	{"min > 5ns", 6e-9, true},
	{"max <= 1.005us", 1005e-9, true},
	{"max < 1.005µs", 1005e-9, false},
	{"p1 == 15ns", 15e-9, true},
	{"p50 == 505ns", 505e-9, true},
	{"p99 < 995ns", 995e-9, false},
	{"p99 < .000000996s", 995e-9, true},
	{"p99.0 == 995ns", 995e-9, true},
	{"p99.9 == 1004ns", 1004e-9, true},
	{"p999 == 1004ns", 1004e-9, true},
	{"p9999 == 1005ns", 1005e-9, true},
	{"p100 == 1005ns", 1005e-9, true},
	{"p100.0 < 1005ns", 1005e-9, false},
	{"delay.p100 == 5ns", 5e-9, true},
	{"service_time.p100 == 2us", 2000e-9, true},
	{"latency.p95 == 955ns", 955e-9, true},
	{"service_time.min == 1ns", 1e-9, true},
	{"service_time.max < 2000ns", 2000e-9, false},
	{"service_time.p50 == 600ns", 600e-9, true},
	{"service_time.p90 == 2us", 2000e-9, true},
	{"delay.mean == 5ns", 5e-9, true},
	{"delay.stddev == 0", 0, true},
	{"delay.p99.999 < 0.000005ms", 5e-9, false},
	{"  p99\t<\n1h ", 995e-9, true},
	{"p99 < 1 ms", 995e-9, true},
	{"p99<1\tµs", 995e-9, true},
	{"error_rate <= 20 %", 0.2, true},
	{"p99\u00a0<\u202f1\u00a0ms", 995e-9, true},
}

func TestThresholdsReadTheResult(t *testing.T) {
	r := thousand()
	for _, test := range thresholdValues {
		threshold, err := ParseThreshold(test.expression)
		if err != nil {
			t.Errorf("%s: %v", test.expression, err)
			continue
		}
		check := threshold.Check(r.Result, r.Samples)
		want := ThresholdCheck{Expression: strings.TrimSpace(test.expression), Value: test.value, OK: test.ok}
		if check != want {
			t.Errorf("%s: %+v, want %+v", test.expression, check, want)
		}
	}
}

// Law: thresholds read the percentiles of the summary.
func TestThresholdsAgreeWithSummaries(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tally := NewTally()
		for _, ns := range rapid.SliceOfN(rapid.Int64Range(0, 1e12), 1, 2000).Draw(t, "latencies") {
			tally.End(OK, 0, 0, time.Duration(ns))
		}
		r := derive(NewPlan(Spec{NumJobs: 1}, 1), Measurement{Tally: tally})
		for metric, want := range map[string]float64{
			"p50": r.Latency.P50, "p90": r.Latency.P90, "p95": r.Latency.P95, "p99": r.Latency.P99,
			"p99.9": r.Latency.P999, "p999": r.Latency.P999,
			"min": r.Latency.Min, "mean": r.Latency.Mean, "mean_latency": r.MeanLatency, "stddev": r.Latency.StdDev,
			"max": r.Latency.Max,
		} {
			if check := parsed(metric + " < 1s")[0].Check(r.Result, r.Samples); check.Value != want {
				t.Fatalf("%s is %v, and %v in the summary", metric, check.Value, want)
			}
		}
	})
}

// A result without measurements has no data and satisfies no threshold.
func TestThresholdsWithoutData(t *testing.T) {
	r := derive(NewPlan(Spec{NumJobs: 1}, 1), Measurement{Tally: NewTally()})
	read := &Result{Counts: Counts{OK: 1}} // from JSON, without its histograms
	for _, expression := range []string{
		"throughput >= 0", "error_rate <= 1", "duration >= 0", "completed_jobs == 0", "failed_jobs == 0",
		"dropped_jobs == 0", "total_cost == 0",
		"cost_per_job == 0", "cost_per_million == 0", "in_flight == 0", "mean_latency == 0", "p99 == 0",
		"delay.max == 0", "service_time.min == 0",
	} {
		want := ThresholdCheck{Expression: expression, NoData: true}
		if check := parsed(expression)[0].Check(r.Result, r.Samples); check != want {
			t.Errorf("%+v, want %+v", check, want)
		}
	}
	want := ThresholdCheck{Expression: "p99 == 0", NoData: true}
	if check := parsed("p99 == 0")[0].Check(read, Samples{}); check != want {
		t.Errorf("without histograms: %+v, want %+v", check, want)
	}
}

// The rules in the messages of wrongThresholds.
const (
	formRule       = `must be a metric, one of < <= > >= == !=, and a limit, such as "p99 < 250ms"; got `
	durationRule   = `: the limit must be a duration such as "250ms"; got `
	shareRule      = `error_rate: the limit must be a share from 0 to 1, such as "1%" or 0.01; got `
	numberRule     = `throughput: the limit must be a number; got `
	percentileRule = " is not a percentile: those go from p0.001 to p100, and p999 is short for p99.9; " +
		"min is the shortest"
	metricRule = " is not a metric; there are completed_jobs, cost_per_job, cost_per_million, dropped_jobs, " +
		"duration, error_rate, failed_jobs, in_flight, mean_latency, throughput, total_cost and the statistics " +
		"min, mean, stddev, max, p0.001 to p100 of latency, service_time, delay, phases.NAME and parts.NAME"
)

// wrongThresholds are expressions and the messages of their errors.
var wrongThresholds = []struct{ expression, message string }{
	{"", formRule + `""`},
	{"p99", formRule + `"p99"`},
	{"p99 = 1", formRule + `"p99 = 1"`},
	{"p99 250ms", formRule + `"p99 250ms"`},
	{"p99 == 1 2", formRule + `"p99 == 1 2"`},
	{"P99 == 1", formRule + `"P99 == 1"`},
	{"p99 == " + strings.Repeat("9", 50) + " 1", formRule + `"p99 == ` + strings.Repeat("9", 32) + "…"},
	{"p99 < fast", "p99" + durationRule + `"fast"`},
	{"p99 < 1%", "p99" + durationRule + `"1%"`},
	{"p99 < 1d", "p99" + durationRule + `"1d"`},
	{"delay.p50 < NaN", "delay.p50" + durationRule + `"NaN"`},
	{"mean_latency < Inf", "mean_latency" + durationRule + `"Inf"`},
	{"duration < 1e999", "duration" + durationRule + `"1e999"`},
	{"error_rate < 1ms", shareRule + `"1ms"`},
	{"error_rate < %", shareRule + `"%"`},
	{"error_rate < NaN%", shareRule + `"NaN%"`},
	{"throughput > 1%", numberRule + `"1%"`},
	{"throughput > 1s", numberRule + `"1s"`},
	{"throughput > +inf", numberRule + `"+inf"`},
	{"throughputs > 1", `"throughputs" is not a metric; did you mean throughput?`},
	{"latency.stdev < 1", `"latency.stdev" is not a metric; did you mean latency.stddev?`},
	{"eror_rate < 1", `"eror_rate" is not a metric; did you mean error_rate?`},
	{"q99 < 1", `"q99"` + metricRule},
	{"p0 < 1s", `"p0"` + percentileRule},
	{"p00.000 < 1s", `"p00.000"` + percentileRule},
	{"p100.1 < 1s", `"p100.1"` + percentileRule},
	{"p101 < 1s", `"p101"` + percentileRule},
	{"p500 < 1s", `"p500"` + percentileRule},
	{"p1000 < 1s", `"p1000"` + percentileRule},
	{"p975 < 1s", `"p975"` + percentileRule},
	{"delay.p500 < 1s", `"delay.p500"` + percentileRule},
	{"phases.connect.p1000 < 1s", `"phases.connect.p1000"` + percentileRule},
	{"parts.search.p0 < 1s", `"parts.search.p0"` + percentileRule},
	{"p99 < 250", `p99: the limit "250" has no unit; did you mean 250ms or 250s?`},
	{"p99<0.25", `p99: the limit "0.25" has no unit; did you mean 0.25ms or 0.25s?`},
	{"mean_latency >= 5e-3", `mean_latency: the limit "5e-3" has no unit; write it as 250ms or 1.5s`},
	{"duration == 2", `duration: the limit "2" has no unit; did you mean 2ms or 2s?`},
	{"phases.connect.p99 < 5", `phases.connect.p99: the limit "5" has no unit; did you mean 5ms or 5s?`},
	{"parts.search.max != 1", `parts.search.max: the limit "1" has no unit; did you mean 1ms or 1s?`},
	{"error_rate < 5", shareRule + `"5"; did you mean 5%?`},
	{"error_rate < 1.5", shareRule + `"1.5"; did you mean 1.5%?`},
	{"error_rate < 500", shareRule + `"500"`},
	{"error_rate < 101%", shareRule + `"101%"`},
	{"parts.search.error_rate <= 2", `parts.search.` + shareRule + `"2"; did you mean 2%?`},
	{"error_rate > -1%", `error_rate is never negative; got the limit "-1%"`},
	{"p99 > -1ms", `p99 is never negative; got the limit "-1ms"`},
	{"throughput >= -5", `throughput is never negative; got the limit "-5"`},
	{"p99.123456 < 1", `"p99.123456"` + metricRule},
	{"p.9 < 1", `"p.9"` + metricRule},
	{"delay.latency.p99 < 1", `"delay.latency.p99"` + metricRule},
	{"delay.throughput < 1", `"delay.throughput"` + metricRule},
}

func TestParseThresholdSaysWhatIsWrong(t *testing.T) {
	for _, test := range wrongThresholds {
		if threshold, err := ParseThreshold(test.expression); err == nil || err.Error() != test.message {
			t.Errorf("%q: %+v and error\n%v, want\n%s", test.expression, threshold, err, test.message)
		}
	}
}

// Law: the JSON of a threshold decodes to the threshold.
func TestThresholdsSurviveJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		metrics := []string{"p50", "delay.p99.9", "service_time.mean", "latency.max", "duration"}
		metric := rapid.SampledFrom(metrics).Draw(t, "metric")
		operator := rapid.SampledFrom([]string{"<", "<=", ">", ">=", "==", "!="}).Draw(t, "operator")
		limit := time.Duration(rapid.Int64Range(0, 1e15).Draw(t, "limit"))
		space := rapid.SampledFrom([]string{"", " ", "\t \n"}).Draw(t, "space")
		threshold := parsed(space + metric + space + operator + space + limit.String() + space)[0]
		if threshold.metric != metric || threshold.operator != operator || threshold.limit != limit.Seconds() {
			t.Fatalf("%s %s %v is parsed as %+v", metric, operator, limit, threshold)
		}
		encoded, err := json.Marshal(threshold)
		if err != nil {
			t.Fatal(err)
		}
		var decoded Threshold
		if err := json.Unmarshal(encoded, &decoded); err != nil || decoded != threshold {
			t.Fatalf("%s decodes to %+v with error %v, want %+v", encoded, decoded, err, threshold)
		}
	})
}

// Stored thresholds that older versions accepted and ParseThreshold rejects keep
// their meaning.
func TestStoredThresholdsAreRead(t *testing.T) {
	r := thousand()
	for _, test := range []struct {
		expression string
		limit      float64
		ok         bool
	}{
		{"p99 < 250", 250, true},
		{"mean_latency < 5.055e-7", 5.055e-7, false},
		{"error_rate < 5", 5, true},
		{"error_rate > -1%", -0.01, true},
		{"p500 <= 0.000000505", 505e-9, true},
		{"p1000 <= 0.000000105", 105e-9, true},
	} {
		if _, err := ParseThreshold(test.expression); err == nil {
			t.Errorf("%s is accepted in a new spec", test.expression)
		}
		encoded, err := param.PlainJSON(test.expression)
		if err != nil {
			t.Fatal(err)
		}
		var stored Threshold
		if err := json.Unmarshal(encoded, &stored); err != nil {
			t.Errorf("%s: %v", test.expression, err)
			continue
		}
		if stored.limit != test.limit {
			t.Errorf("the limit of %s is %v, want %v", test.expression, stored.limit, test.limit)
		}
		if check := stored.Check(r.Result, r.Samples); check.OK != test.ok {
			t.Errorf("%+v, want ok to be %v", check, test.ok)
		}
	}
}

// Law: an expression is rejected with a printable message, or is a threshold that
// parses to itself and can be applied.
func FuzzParseThreshold(f *testing.F) {
	for _, expression := range []string{
		"p99 < 250ms", " error_rate<=1% ", "delay.p99.999 != 5e-3", "throughput > 500", "mean >= 1h2m3.5s",
		"p999 == -0", "p0 < 1", "p99 < 0x1p-2", "max < 1_0", "in_flight > \xff", "p100 < 1 s", "p500 < 1s",
		"error_rate < 7e-1 %", "error_rate < 0x1p-2%",
	} {
		f.Add(expression)
	}
	r := thousand()
	f.Fuzz(func(t *testing.T, expression string) {
		threshold, err := ParseThreshold(expression)
		if err != nil {
			text := err.Error()
			if text == "" || len(text) > 600 {
				t.Fatalf("%q is rejected with %d bytes: %q", expression, len(text), text)
			}
			if !utf8.ValidString(text) {
				t.Fatalf("%q is rejected with text that is not UTF-8: %q", expression, text)
			}
			return
		}
		if math.IsNaN(threshold.limit) || math.IsInf(threshold.limit, 0) || threshold.limit < 0 {
			t.Fatalf("%q has the limit %v", expression, threshold.limit)
		}
		again, err := ParseThreshold(threshold.Expression)
		if diff := cmp.Diff(threshold, again, cmp.AllowUnexported(Threshold{})); err != nil || diff != "" {
			t.Fatalf("%q is another threshold when parsed again: %v (-first +again):\n%s", expression, err, diff)
		}
		check := threshold.Check(r.Result, r.Samples)
		if check.NoData || math.IsNaN(check.Value) {
			t.Fatalf("%q has no value of a full result: %+v", expression, check)
		}
		if check.OK != threshold.holds(check.Value) {
			t.Fatalf("%q on a full result: %+v", expression, check)
		}
		if q, ok := threshold.quantile(); ok && (q <= 0 || q > 1) {
			t.Fatalf("%q is about the quantile %v", expression, q)
		}
	})
}
