package deploy_test

import (
	"fmt"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aurea-orchestrator/aurea/internal/aureatest"
)

// A rule is a recording rule or an alert.
type rule struct {
	Record, Alert, Expr string
	Labels              map[string]string
	Annotations         map[string]string
}

// name returns the name of the series or alert.
func (r rule) name() string { return r.Record + r.Alert }

// rules returns the shipped rules.
func rules(t *testing.T) (rules []rule) {
	t.Helper()
	for _, group := range parse[struct{ Groups []struct{ Rules []rule } }](t,
		read(t, "deploy/prometheus/rules.yaml")).Groups {
		rules = append(rules, group.Rules...)
	}
	return rules
}

// promtool finds nothing wrong with the rules, and all their test cases pass.
func TestRules(t *testing.T) {
	t.Parallel()
	promtool := aureatest.Need(t, "promtool")
	for _, args := range [][]string{
		{"check", "rules", "--lint=all", "--lint-fatal", "deploy/prometheus/rules.yaml"},
		{"test", "rules", "deploy/prometheus/rules_test.yaml"},
	} {
		command := exec.Command(promtool, args...)
		command.Dir = root
		if output, err := command.CombinedOutput(); err != nil {
			t.Errorf("promtool %s: %v\n%s", strings.Join(args, " "), err, output)
		}
	}
}

// cases counts, for each alert, the cases in rules_test.yaml in which it fires
// and those in which it does not.
func cases(t *testing.T) (firing, quiet map[string]int) {
	t.Helper()
	firing, quiet = map[string]int{}, map[string]int{}
	for _, test := range parse[struct {
		Tests []struct {
			Alerts []struct {
				Alertname string
				Expected  []any `yaml:"exp_alerts"`
			} `yaml:"alert_rule_test"`
		}
	}](t, read(t, "deploy/prometheus/rules_test.yaml")).Tests {
		for _, alert := range test.Alerts {
			if len(alert.Expected) > 0 {
				firing[alert.Alertname]++
			} else {
				quiet[alert.Alertname]++
			}
		}
	}
	return firing, quiet
}

// Every alert states its severity, what happened and what to do, and has test
// cases with and without it.
func TestAlertsAreComplete(t *testing.T) {
	firing, quiet := cases(t)
	anchors := anchors(read(t, "docs/grafana.md"))
	alerts := 0
	for _, r := range rules(t) {
		if r.Alert == "" {
			continue
		}
		alerts++
		if severity := r.Labels["severity"]; severity != "critical" && severity != "warning" {
			t.Errorf("%s has the severity %q", r.Alert, severity)
		}
		if r.Annotations["summary"] == "" || r.Annotations["description"] == "" {
			t.Errorf("%s has no summary of what happened", r.Alert)
		}
		document, anchor, _ := strings.Cut(r.Annotations["runbook_url"], "#")
		if !strings.HasSuffix(document, "/docs/grafana.md") || !slices.Contains(anchors, anchor) {
			t.Errorf("the runbook of %s is %q; docs/grafana.md has %q", r.Alert, r.Annotations["runbook_url"], anchors)
		}
		if firing[r.Alert] == 0 || quiet[r.Alert] == 0 {
			t.Errorf("%s fires in %d test cases and not in %d, want some of both", r.Alert, firing[r.Alert],
				quiet[r.Alert])
		}
	}
	if alerts < 8 {
		t.Errorf("only %d alerts", alerts)
	}
}

// Every recorded series has a test case and an explanation, and every explained
// series exists.
func TestRecordedSeriesAreTested(t *testing.T) {
	cases, docs := read(t, "deploy/prometheus/rules_test.yaml"), read(t, "docs/grafana.md")
	recorded := map[string]bool{}
	for _, r := range rules(t) {
		if recorded[r.Record] = true; r.Record == "" {
			continue
		}
		if !strings.Contains(cases, r.Record) {
			t.Errorf("no test case uses %s", r.Record)
		}
		if !strings.Contains(docs, "`"+r.Record+"`") {
			t.Errorf("docs/grafana.md does not say what %s is", r.Record)
		}
	}
	for _, match := range regexp.MustCompile("`(\\w+:\\w+:\\w+)`").FindAllStringSubmatch(docs, -1) {
		if !recorded[match[1]] {
			t.Errorf("docs/grafana.md explains %s, which no rule records", match[1])
		}
	}
}

var heading = regexp.MustCompile(`(?m)^#+ (.+)$`)

// anchors returns the headings of a Markdown document as GitHub's link targets.
func anchors(document string) (anchors []string) {
	for _, match := range heading.FindAllStringSubmatch(document, -1) {
		anchor := strings.ToLower(strings.ReplaceAll(match[1], " ", "-"))
		anchors = append(anchors, regexp.MustCompile(`[^\p{L}\p{N}_-]`).ReplaceAllString(anchor, ""))
	}
	return anchors
}

func TestAnchors(t *testing.T) {
	got := fmt.Sprint(anchors("# Grafana\ntext\n## What the rows mean\n### `AureaQueueFull`, and why\n"))
	if want := "[grafana what-the-rows-mean aureaqueuefull-and-why]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
