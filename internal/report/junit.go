package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/format"
)

// The JUnit output has a suite for the run, a case for the measurement and a
// case for every threshold, of a scenario with its name. Elements and their order satisfy the schemas of
// both Jenkins and Ant.
type (
	junitSuites struct {
		XMLName xml.Name   `xml:"testsuites"`
		Suite   junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name       string          `xml:"name,attr"`
		Package    string          `xml:"package,attr"`
		ID         int             `xml:"id,attr"`
		Hostname   string          `xml:"hostname,attr"`
		Tests      int             `xml:"tests,attr"`
		Failures   int             `xml:"failures,attr"`
		Errors     int             `xml:"errors,attr"`
		Skipped    int             `xml:"skipped,attr"`
		Time       string          `xml:"time,attr"`      // seconds
		Timestamp  string          `xml:"timestamp,attr"` // ISO 8601, in UTC
		Properties []junitProperty `xml:"properties>property"`
		Cases      []junitCase     `xml:"testcase"`
		Out        junitText       `xml:"system-out"`
		Err        junitText       `xml:"system-err"`
	}
	junitProperty struct {
		Name  string `xml:"name,attr"`
		Value string `xml:"value,attr"`
	}
	junitCase struct {
		Class   string        `xml:"classname,attr"`
		Name    string        `xml:"name,attr"`
		Time    string        `xml:"time,attr"`
		Failure *junitProblem `xml:"failure"`
		Error   *junitProblem `xml:"error"`
		Skipped *junitProblem `xml:"skipped"`
	}
	junitProblem struct {
		Type    string `xml:"type,attr"`
		Message string `xml:"message,attr"`
	}
	junitText struct {
		Text string `xml:",cdata"`
	}
)

// JUnit writes a result as JUnit XML. A failed threshold is a failure, and
// a threshold without data is skipped. A run that is incomplete or invalid is
// an error. system-out holds the text output.
func JUnit(run aurea.Run, o Options, w io.Writer) error {
	r := run.Result
	title := titleOf(r)
	var text strings.Builder
	if err := Text(run, Options{Previous: o.Previous, Verbose: o.Verbose}, &text); err != nil {
		return err
	}
	suite := junitSuite{
		Name:      title,
		Package:   "aurea",
		Hostname:  "localhost", // a result has none; Ant uses this too
		Time:      formatSeconds(r.Duration),
		Timestamp: r.StartTime.UTC().Format("2006-01-02T15:04:05"),
		Out:       junitText{text.String()},
	}
	suite.Cases = append(suite.Cases, junitCase{
		Class: title, Name: "measurement", Time: formatSeconds(r.Duration), Error: measurementProblem(r),
	})
	for _, fact := range junitFacts(r) {
		suite.Properties = append(suite.Properties, junitProperty{fact[0], format.Sanitize(fact[1])})
	}
	for _, check := range allChecks(r) {
		suite.Cases = append(suite.Cases, thresholdCase(title, check, r.Cost.Currency))
	}
	suite.countCases()
	return writeXML(w, junitSuites{Suite: suite})
}

// countCases sets the totals of the suite from its cases.
func (suite *junitSuite) countCases() {
	for _, c := range suite.Cases {
		suite.Tests++
		switch {
		case c.Failure != nil:
			suite.Failures++
		case c.Error != nil:
			suite.Errors++
		case c.Skipped != nil:
			suite.Skipped++
		}
	}
}

// measurementProblem returns why the run cannot be judged; nil if it can.
func measurementProblem(r *aurea.Result) *junitProblem {
	switch {
	case r.Status != aurea.StatusCompleted:
		return &junitProblem{string(r.Status), "the run is " + string(r.Status)}
	case r.Validity.State == aurea.Invalid:
		return &junitProblem{string(aurea.Invalid), format.Sanitize(r.Validity.Reasons[0].Message)}
	case r.Verdict == aurea.VerdictNoData:
		return &junitProblem{string(aurea.VerdictNoData), "there is no data to judge the thresholds by"}
	}
	return nil
}

func thresholdCase(class string, check scenarioCheck, currency string) junitCase {
	c := junitCase{Class: class, Name: format.Sanitize(check.text()), Time: formatSeconds(0)}
	switch {
	case check.OK:
	case check.NoData:
		c.Skipped = &junitProblem{string(aurea.VerdictNoData), "there is no data for it"}
	default:
		value := format.Sanitize(formatThresholdValue(check.ThresholdCheck, currency))
		c.Failure = &junitProblem{"threshold", fmt.Sprintf("%s does not hold: it is %s", c.Name, value)}
	}
	return c
}

func formatSeconds(s float64) string { return strconv.FormatFloat(s, 'f', 3, 64) }

func writeXML(w io.Writer, value any) error {
	encoded, err := xml.MarshalIndent(value, "", "  ")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "%s%s\n", xml.Header, encoded)
	return err
}

// junitFacts lists what is known about the run as a whole.
func junitFacts(r *aurea.Result) [][2]string {
	list := [][2]string{
		{"run", r.ID + format.Name(r.Name)},
		{"status", string(r.Status)},
		{"jobs", formatCounts(r.Counts)},
		{"duration", format.Duration(r.Duration)},
	}
	if w := r.Warmup; w != nil {
		text := fmt.Sprintf("%s before that, not judged; %s", format.Duration(w.Duration), formatCounts(w.Counts))
		list = append(list, [2]string{"warm-up", text})
	}
	if r.Workers != nil {
		list = append(list, [2]string{"workers", formatWorkers(r.Workers)})
	}
	return append(list, [][2]string{
		{"throughput", format.Count(r.Throughput) + " jobs/s"},
		{"in flight", formatInFlight(r.InFlight)},
		{"cost", formatCost(r)},
		{"seed", strconv.FormatUint(r.Seed, 10)},
	}...)
}
