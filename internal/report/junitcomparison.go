package report

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/aurea-orchestrator/aurea/compare"
	"github.com/aurea-orchestrator/aurea/internal/format"
)

// writeJUnit writes a comparison as JUnit XML: a suite with a case for every
// condition, or without conditions for every metric. What fails the comparison
// is a failure, and what the evidence does not tell is skipped. Too little
// evidence for a verdict is an error of the case "evidence".
func (c Compared) writeJUnit(w io.Writer) error {
	rep := c.document()
	var text strings.Builder
	if err := rep.WriteText(&text, 0); err != nil {
		return err
	}
	suite := junitSuite{
		Name: rep.Title, Package: "aurea", Hostname: "localhost", Time: formatSeconds(0),
		Timestamp: time.Now().UTC().Format("2006-01-02T15:04:05"), Out: junitText{text.String()},
	}
	for _, fact := range rep.Facts {
		suite.Properties = append(suite.Properties, junitProperty{fact[0], fact[1]})
	}
	evidence := junitCase{Class: rep.Title, Name: "evidence", Time: formatSeconds(0)}
	if c.tooLittle() {
		evidence.Error = &junitProblem{string(compare.TooLittleEvidence), "too little evidence to say"}
	}
	suite.Cases = append([]junitCase{evidence}, c.conditionCases(rep.Title)...)
	if len(c.Conditions) == 0 {
		suite.Cases = append(suite.Cases, c.metricCases(rep.Title)...)
	}
	suite.countCases()
	return writeXML(w, junitSuites{Suite: suite})
}

// tooLittle reports whether there is too little evidence for a verdict.
func (c Compared) tooLittle() bool {
	if len(c.Conditions) > 0 {
		return c.ConditionState() == compare.ConditionUnknown
	}
	return c.Verdict == compare.TooLittleEvidence
}

func (c Compared) conditionCases(class string) []junitCase {
	var cases []junitCase
	for _, condition := range c.Conditions {
		one := junitCase{Class: class, Name: format.Sanitize(condition.Expression), Time: formatSeconds(0)}
		switch condition.State {
		case compare.ConditionFailed:
			one.Failure = &junitProblem{"condition", one.Name + ": " + c.describe(condition.Metric)}
		case compare.ConditionUnknown:
			one.Skipped = &junitProblem{string(condition.State), "too little evidence to say"}
		}
		cases = append(cases, one)
	}
	return cases
}

func (c Compared) metricCases(class string) []junitCase {
	regressed := map[string]bool{}
	for _, name := range c.Regressed() {
		regressed[name] = true
	}
	var cases []junitCase
	for _, m := range c.Metrics {
		one := junitCase{Class: class, Name: m.Metric, Time: formatSeconds(0)}
		switch {
		case regressed[m.Metric]:
			one.Failure = &junitProblem{string(compare.Regression), c.describe(m.Metric)}
		case m.Verdict == compare.MetricUnknown:
			one.Skipped = &junitProblem{string(m.Verdict), "no evidence of a difference, nor that there is none"}
		}
		cases = append(cases, one)
	}
	return cases
}

// describe says how a metric differs: "p99 is +12.1% [+10.0%, +14.3%], p =
// 0.003".
func (c Compared) describe(metric string) string {
	for _, m := range c.Metrics {
		if m.Metric == metric {
			row := comparisonRow(m, c.Currency)
			return strings.Join(strings.Fields(fmt.Sprintf("%s is %s %s, p = %s", metric, row[3], row[4], row[5])), " ")
		}
	}
	return metric
}
