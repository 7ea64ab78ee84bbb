package deploy_test

import (
	"regexp"
	"strings"
	"testing"
)

var (
	window   = regexp.MustCompile(`(\w+)\([^()\[]*(?:\{[^}]*\})?\[([^\]]*)\]`)
	metric   = regexp.MustCompile(`\b(?:benchmark|aurea|go|process|scrape)_\w+|\b(?:run|name|workload|instance):\w+:\w+|\bALERTS\b|\bup\b`)
	selector = regexp.MustCompile(`\{job=~"\$job", instance=~"\$instance"`)
	fixed    = regexp.MustCompile(`\b(?:instance|job|datasource)\s*=~?\s*"[^$]|\b\d+\.\d+\.\d+\.\d+\b|localhost`)
)

// findFlaws returns what is wrong with an expression, without evaluating it.
func findFlaws(expr string) (flaws []string) {
	windows := window.FindAllStringSubmatch(expr, -1)
	if len(windows) != strings.Count(expr, "[") {
		flaws = append(flaws, "a window that this test cannot read")
	}
	for _, found := range windows {
		of := "[$__rate_interval]"
		if strings.HasSuffix(found[1], "_over_time") {
			of = "[$__range]"
		}
		if "["+found[2]+"]" != of {
			flaws = append(flaws, found[1]+" over ["+found[2]+"], want "+of)
		}
	}
	named, chosen := len(metric.FindAllString(expr, -1)), len(selector.FindAllString(expr, -1))
	if named == 0 || chosen != named {
		flaws = append(flaws, "not every metric is of the chosen job and instance")
	}
	if found := fixed.FindString(expr); found != "" {
		flaws = append(flaws, "it names "+found)
	}
	return flaws
}

func TestExpressionsAreGeneral(t *testing.T) {
	for _, b := range boards(t) {
		for _, e := range b.expressions() {
			for _, flaw := range findFlaws(e.expr) {
				t.Errorf("%s: %s: %s", e.where, flaw, e.expr)
			}
		}
	}
}

func TestFlaws(t *testing.T) {
	for expr, want := range map[string]int{
		`rate(benchmark_jobs_total{job=~"$job", instance=~"$instance"}[$__rate_interval])`: 0,
		`rate(benchmark_jobs_total{job=~"$job", instance=~"$instance"}[5m])`:               1,
		`max_over_time(up{job=~"$job", instance=~"$instance"}[5m])`:                        1,
		`benchmark_jobs_total`: 1,
		`up{job=~"$job", instance=~"$instance"} and run:benchmark_errors:ratio`: 1,
		`up{instance="10.0.0.1:5000"}`:                                          2,
	} {
		if got := findFlaws(expr); len(got) != want {
			t.Errorf("%s has the flaws %q, want %d", expr, got, want)
		}
	}
}
