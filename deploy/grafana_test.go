package deploy_test

import (
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// A viewer views a dashboard over a time range and fills in its variables as
// Grafana does.
type viewer struct {
	prometheus prometheus
	from, to   time.Time
	rate       time.Duration     // the window of rates
	values     map[string]string // of the variables; set values are not queried
}

// fill replaces the variables of an expression by their values.
func (v viewer) fill(t *testing.T, expr string) string {
	t.Helper()
	return reference.ReplaceAllStringFunc(expr, func(found string) string {
		match := reference.FindStringSubmatch(found)
		switch name := match[1] + match[2]; name {
		case "__rate_interval":
			return fmt.Sprintf("%dms", v.rate.Milliseconds())
		case "__range":
			return fmt.Sprintf("%ds", int(v.to.Sub(v.from).Seconds()))
		default:
			value, known := v.values[name]
			if !known {
				t.Errorf("$%s has no value in %s", name, expr)
			}
			return value
		}
	})
}

// choose sets each query variable of a dashboard to Grafana's initial choice,
// unless it is set: everything if the variable allows that, otherwise the first
// value in Prometheus.
func (v viewer) choose(t *testing.T, b board) {
	t.Helper()
	for _, variable := range b.Templating.List {
		if _, chosen := v.values[variable.Name]; chosen || variable.Type != "query" {
			continue
		}
		found := v.options(t, variable)
		switch {
		case len(found) == 0:
			t.Errorf("%s: %s has nothing to choose from: %s", b.File, variable.Name,
				v.fill(t, variable.prometheusQuery()))
		case variable.AllValue != "":
			v.values[variable.Name] = variable.AllValue
		case variable.IncludeAll:
			v.values[variable.Name] = "(" + strings.Join(found, "|") + ")"
		default:
			v.values[variable.Name] = found[0]
		}
	}
}

var (
	labelValues = regexp.MustCompile(`^label_values\((.+), (\w+)\)$`)
	queryResult = regexp.MustCompile(`(?s)^query_result\((.+)\)$`)
)

// options returns the possible values of a variable, sorted as in the
// dashboard.
func (v viewer) options(t *testing.T, variable variable) (options []string) {
	t.Helper()
	asked := v.fill(t, variable.prometheusQuery())
	var err error
	if match := labelValues.FindStringSubmatch(asked); match != nil {
		options, err = v.prometheus.labelValues(match[1], match[2], v.from, v.to)
	} else if match := queryResult.FindStringSubmatch(asked); match != nil {
		options, err = v.prometheus.queryResult(match[1], v.to)
	} else {
		t.Errorf("%s has the query %s, which this test does not support", variable.Name, asked)
	}
	if err != nil {
		t.Errorf("%s: %v: %s", variable.Name, err, asked)
	}
	if variable.Regex != "" {
		options = captured(regexp.MustCompile(strings.Trim(variable.Regex, "/")), options)
	}
	switch variable.Sort {
	case 1:
		slices.Sort(options)
	case 2:
		slices.Sort(options)
		slices.Reverse(options)
	}
	return options
}

// captured returns the first group of each matching text.
func captured(pattern *regexp.Regexp, texts []string) (groups []string) {
	for _, text := range texts {
		if match := pattern.FindStringSubmatch(text); match != nil {
			groups = append(groups, match[1])
		}
	}
	return groups
}

// labelValues returns the values of a label in a time range.
func (p prometheus) labelValues(selector, label string, from, to time.Time) ([]string, error) {
	var values []string
	err := p.Get("label/"+label+"/values",
		url.Values{"match[]": {selector}, "start": {stamp(from)}, "end": {stamp(to)}}, &values)
	return values, err
}

// queryResult returns the series of an expression as Grafana formats them:
// labels, value, and time in milliseconds.
func (p prometheus) queryResult(expr string, at time.Time) (texts []string, err error) {
	found, err := p.at(expr, at)
	for _, s := range found {
		var labels []string
		for _, name := range slices.Sorted(maps.Keys(s.Metric)) {
			if name != "__name__" {
				labels = append(labels, fmt.Sprintf("%s=%q", name, s.Metric[name]))
			}
		}
		moment, _ := s.Value[0].(float64)
		texts = append(texts, fmt.Sprintf("%s{%s} %v %.0f", s.Metric["__name__"], strings.Join(labels, ","), s.Value[1],
			moment*1000))
	}
	return texts, err
}
