package main

import (
	"encoding/xml"
	"fmt"
	"io"
	"strconv"

	"github.com/aurea-orchestrator/aurea"
)

// The JUnit form, as continuous integration reads it: a suite for the run, a
// case for every threshold, and one for the measurement itself.
type (
	junitSuites struct {
		XMLName  xml.Name   `xml:"testsuites"`
		Tests    int        `xml:"tests,attr"`
		Failures int        `xml:"failures,attr"`
		Errors   int        `xml:"errors,attr"`
		Suite    junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name       string          `xml:"name,attr"`
		Tests      int             `xml:"tests,attr"`
		Failures   int             `xml:"failures,attr"`
		Errors     int             `xml:"errors,attr"`
		Time       string          `xml:"time,attr"`      // seconds
		Timestamp  string          `xml:"timestamp,attr"` // ISO 8601, in UTC
		Properties []junitProperty `xml:"properties>property"`
		Cases      []junitCase     `xml:"testcase"`
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
	}
	junitProblem struct {
		Message string `xml:"message,attr"`
	}
)

// writeJUnit prints a result as JUnit's XML. A threshold that does not hold is a
// failure; a run that did not complete, or is not to be believed, an error.
func writeJUnit(r *aurea.Result, w io.Writer) error {
	s := newSheet(r)
	suite := junitSuite{
		Name:      s.Title,
		Time:      seconds(r.Duration),
		Timestamp: r.StartTime.UTC().Format("2006-01-02T15:04:05"),
		Cases:     []junitCase{{Class: s.Title, Name: "measurement", Time: seconds(r.Duration), Error: trouble(r)}},
	}
	for _, fact := range s.Facts {
		suite.Properties = append(suite.Properties, junitProperty{fact[0], fact[1]})
	}
	for _, check := range r.Thresholds {
		suite.Cases = append(suite.Cases, junitCase{Class: s.Title, Name: check.Expression, Time: seconds(0), Failure: broken(check)})
	}
	for _, c := range suite.Cases {
		suite.Tests++
		if c.Failure != nil {
			suite.Failures++
		}
		if c.Error != nil {
			suite.Errors++
		}
	}
	return writeXML(w, junitSuites{Tests: suite.Tests, Failures: suite.Failures, Errors: suite.Errors, Suite: suite})
}

// trouble is why there is nothing to judge by, if that is so.
func trouble(r *aurea.Result) *junitProblem {
	switch {
	case r.Status != aurea.StatusCompleted:
		return &junitProblem{"the run is " + string(r.Status)}
	case r.Validity.State == aurea.Invalid:
		return &junitProblem{r.Validity.Reasons[0].Message}
	case r.Verdict == aurea.VerdictNoData:
		return &junitProblem{"there is no data to judge the thresholds by"}
	}
	return nil
}

func broken(check aurea.ThresholdCheck) *junitProblem {
	if check.OK {
		return nil
	}
	return &junitProblem{fmt.Sprintf("%s does not hold: it is %v", check.Expression, check.Value)}
}

func seconds(s float64) string { return strconv.FormatFloat(s, 'f', 3, 64) }

func writeXML(w io.Writer, value any) error {
	encoded, err := xml.MarshalIndent(value, "", "  ")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "%s%s\n", xml.Header, encoded)
	return err
}
