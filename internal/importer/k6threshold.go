package importer

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/aurea-orchestrator/aurea/internal/format"
	"github.com/aurea-orchestrator/aurea/internal/lazyregexp"
)

// maxThresholds is how many thresholds a spec may have.
const maxThresholds = 50

// k6Expression is a threshold of k6: an aggregation, an operator and a number.
var k6Expression = lazyregexp.New(
	`^\s*([a-z]+|p\(\s*([0-9]+(?:\.[0-9]+)?)\s*\))\s*(===|==|!=|<=|>=|<|>)\s*([0-9]*\.?[0-9]+(?:e[+-]?[0-9]+)?)\s*$`)

// k6Statistics are the statistics of a time, and their metrics here.
var k6Statistics = map[string]string{"avg": "mean_latency", "med": "p50", "min": "min", "max": "max"}

// k6Reasons say why a metric's thresholds have no counterpart, or where one is.
var k6Reasons = map[string]string{
	"checks": "checks are in the script; write them as expect in the workload, " +
		"and error_rate has the share of requests that fail them",
	"iterations":               "an iteration of the script is not one request, as a job is here",
	"iteration_duration":       "an iteration has the script's pauses and other requests",
	"dropped_iterations":       "a load of users drops no jobs; with a rate it is dropped_jobs",
	"http_req_blocked":         "it is 0 on kept connections; the nearest metric is phases.wait",
	"http_req_connecting":      "it is 0 on kept connections; the nearest metric is phases.connect",
	"http_req_tls_handshaking": "it is 0 on kept connections; the nearest metric is phases.tls",
	"http_req_waiting":         "the nearest metric is phases.first_byte, such as phases.first_byte.p95",
	"http_req_receiving":       "the nearest metric is phases.body, such as phases.body.p95",
	"data_received":            "the nearest metric is counters.bytes_in, such as counters.bytes_in.per_second",
	"data_sent":                "the nearest metric is counters.bytes_out, such as counters.bytes_out.per_second",
}

// addThreshold adds the threshold of a metric, or the reason why it is left out.
func (s *K6Summary) addThreshold(metric, expression string, accepts func(threshold string) error) {
	threshold, reason := s.translate(metric, expression)
	switch {
	case reason != "":
	case slices.Contains(s.thresholds, threshold):
		return
	case len(s.thresholds) == maxThresholds:
		reason = fmt.Sprintf("a spec has up to %d", maxThresholds)
	default:
		if err := accepts(threshold); err != nil {
			reason = fmt.Sprintf("%q would be wrong: %v", shortened(threshold), err)
		}
	}
	if reason != "" {
		what := shortened(format.Sanitize(metric)) + ": " + shortened(format.Sanitize(expression))
		s.LeftOut = append(s.LeftOut, fmt.Sprintf("Left out: %s (%s).", what, reason))
		return
	}
	s.thresholds = append(s.thresholds, threshold)
}

// translate returns a threshold in the words of a spec, or why there is none.
func (s *K6Summary) translate(metric, expression string) (threshold, reason string) {
	parts := k6Expression().FindStringSubmatch(expression)
	if parts == nil {
		return "", "it is no aggregation, operator and number from 0, such as p(95)<500"
	}
	aggregation, percentile := parts[1], parts[2]
	operator := strings.Replace(parts[3], "===", "==", 1)
	limit := parts[4]
	name, tags, tagged := strings.Cut(metric, "{")
	expected := strings.ReplaceAll(tags, " ", "") == "expected_response:true}"
	if tagged && (!expected || name != "http_req_duration") {
		return "", "it is of the requests with these tags, and the spec has one kind of request"
	}
	if name == "iterations" && !s.oneRequest {
		return "", k6Reasons[name]
	}
	switch {
	case name == "http_req_duration" && percentile != "":
		statistic := percentileName(percentile)
		if statistic == "" {
			return "", "a percentile is from 0 to 100"
		}
		return statistic + " " + operator + " " + decimal(limit, 0) + "ms", ""
	case name == "http_req_duration" && k6Statistics[aggregation] != "":
		return k6Statistics[aggregation] + " " + operator + " " + decimal(limit, 0) + "ms", ""
	case name == "http_req_failed" && aggregation == "rate":
		return "error_rate " + operator + " " + decimal(limit, 2) + "%", ""
	case (name == "http_reqs" || name == "iterations") && aggregation == "rate":
		return "throughput " + operator + " " + decimal(limit, 0), ""
	case (name == "http_reqs" || name == "iterations") && aggregation == "count":
		return "completed_jobs " + operator + " " + decimal(limit, 0), ""
	case k6Reasons[name] != "" && name != "iterations":
		return "", k6Reasons[name]
	default:
		return "", "there is no such metric here"
	}
}

// percentileName returns the metric of a percentile: p95 of 95.0. It is "" if
// there is none. Here p999 is short for p99.9, which k6 does not have.
func percentileName(percentile string) string {
	n, err := strconv.ParseFloat(percentile, 64)
	switch {
	case err != nil || n > 100:
		return ""
	case n == 0:
		return "min"
	default:
		return "p" + strconv.FormatFloat(n, 'f', -1, 64)
	}
}

// decimal returns a number without an exponent, after its point has moved by some
// places. It moves it in the text, where nothing is rounded twice.
func decimal(number string, places int) string {
	mantissa, exponent, _ := strings.Cut(number, "e")
	power, _ := strconv.Atoi(exponent) // none is 0
	n, _ := strconv.ParseFloat(fmt.Sprintf("%se%d", mantissa, power+places), 64)
	return strconv.FormatFloat(n, 'f', -1, 64)
}
