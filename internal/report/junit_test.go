package report

import (
	"encoding/xml"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
)

// A junitSchema describes the JUnit XML that a program accepts, by the name of
// an element. Attributes have a pattern for their values.
type junitSchema map[string]struct {
	needed, allowed map[string]string
	content         string // pattern for the children's names, each followed by a space
	text            bool
}

const (
	anything = `(?s).*`
	integer  = `-?\d+`
	fraction = `-?\d*\.?\d+`
	token    = `\s*\S[\s\S]*` // not only white space
)

var (
	// antSchema is the schema of Ant's JUnitReport.
	antSchema = junitSchema{
		"testsuites": {content: `(testsuite )*`},
		"testsuite": {
			needed: map[string]string{
				"name": token, "package": anything, "id": integer, "hostname": token, "tests": integer, "failures": integer, "errors": integer,
				"time": fraction, "timestamp": `\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}`,
			},
			allowed: map[string]string{"skipped": integer},
			content: `properties (testcase )*system-out system-err `,
		},
		"properties": {content: `(property )*`},
		"property":   {needed: map[string]string{"name": token, "value": anything}},
		"testcase":   {needed: map[string]string{"name": anything, "classname": anything, "time": fraction}, content: `((skipped|error|failure) )?`},
		"failure":    {needed: map[string]string{"type": anything}, allowed: map[string]string{"message": anything}, text: true},
		"error":      {needed: map[string]string{"type": anything}, allowed: map[string]string{"message": anything}, text: true},
		"skipped":    {allowed: map[string]string{"type": anything, "message": anything}, text: true},
		"system-out": {text: true},
		"system-err": {text: true},
	}
	// jenkinsSchema is the schema of Jenkins' xUnit plugin.
	jenkinsSchema = junitSchema{
		"testsuites": {
			allowed: map[string]string{
				"name": anything, "time": surefire, "tests": anything, "failures": anything, "errors": anything,
			},
			content: `(testsuite )*`,
		},
		"testsuite": {
			needed: map[string]string{"name": anything, "tests": anything, "failures": anything, "errors": anything},
			allowed: map[string]string{
				"group": anything, "time": surefire, "skipped": anything, "timestamp": anything, "hostname": anything, "id": anything,
				"package": anything, "file": anything, "log": anything, "url": anything,
			},
			content: `((testsuite|properties|testcase|system-out|system-err) )*`,
		},
		"properties": {content: `(property )*`},
		"property":   {needed: map[string]string{"name": anything, "value": anything}},
		"testcase": {
			needed:  map[string]string{"name": anything},
			allowed: map[string]string{"time": anything, "classname": anything, "group": anything},
			content: `((skipped|error|failure|system-out|system-err) )*`,
		},
		"failure":    {allowed: map[string]string{"type": anything, "message": anything}, text: true},
		"error":      {allowed: map[string]string{"type": anything, "message": anything}, text: true},
		"skipped":    {allowed: map[string]string{"type": anything, "message": anything}, text: true},
		"system-out": {text: true},
		"system-err": {text: true},
	}
)

// surefire is the pattern for seconds in Jenkins' schema.
const surefire = `((\d{0,3},)*\d{3}|\d{0,3})*(\.\d*)?`

// An xmlElement is an element as it is read.
type xmlElement struct {
	XMLName  xml.Name
	Attrs    []xml.Attr   `xml:",any,attr"`
	Text     string       `xml:",chardata"`
	Children []xmlElement `xml:",any"`
}

func matchesWhole(pattern, text string) bool {
	return regexp.MustCompile(`^(?:` + pattern + `)$`).MatchString(text)
}

// check returns the violations of an element and its children.
func (s junitSchema) check(n xmlElement) (wrong []string) {
	name := n.XMLName.Local
	rule, known := s[name]
	if !known {
		return []string{name + " is not an element"}
	}
	given := map[string]string{}
	for _, attr := range n.Attrs {
		given[attr.Name.Local] = attr.Value
		pattern := rule.needed[attr.Name.Local] + rule.allowed[attr.Name.Local]
		if pattern == "" || !matchesWhole(pattern, attr.Value) {
			wrong = append(wrong, name+" may not have "+attr.Name.Local+"="+attr.Value)
		}
	}
	for attr := range rule.needed {
		if _, ok := given[attr]; !ok {
			wrong = append(wrong, name+" needs "+attr)
		}
	}
	var children strings.Builder
	for _, child := range n.Children {
		children.WriteString(child.XMLName.Local + " ")
		wrong = append(wrong, s.check(child)...)
	}
	if !matchesWhole(rule.content, children.String()) {
		wrong = append(wrong, name+" may not have in it "+children.String())
	}
	if !rule.text && strings.TrimSpace(n.Text) != "" {
		wrong = append(wrong, name+" may not have the text "+n.Text)
	}
	return wrong
}

// junitResults returns a result for every way in which a run can end.
func junitResults() map[string]*aurea.Result {
	noData := aurea.ThresholdCheck{Expression: "phases.dns.p99 < 1s", NoData: true}
	invalid := judgedResult()
	invalid.Validity = aurea.Validity{State: aurea.Invalid, Reasons: []aurea.Reason{{Message: "too late"}}}
	stopped := judgedResult()
	stopped.Status = aurea.StatusCancelled
	partly := judgedResult()
	partly.Verdict, partly.Thresholds[1] = aurea.VerdictNoData, noData
	failing := judgedResult()
	failing.Thresholds = append(failing.Thresholds, noData)
	blank := hostileResult()
	blank.Name = "\x00\n\ufffe"
	long := judgedResult()
	long.Duration = 1_234_567.8
	return map[string]*aurea.Result{
		"judged":               judgedResult(),
		"invalid":              invalid,
		"stopped":              stopped,
		"without data":         partly,
		"failing without data": failing,
		"hostile":              hostileResult(),
		"blank":                blank,
		"long":                 long,
	}
}

func TestJUnitFollowsBothSchemas(t *testing.T) {
	for what, r := range junitResults() {
		var root xmlElement
		if err := xml.Unmarshal([]byte(render(t, "junit", r)), &root); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		for by, schema := range map[string]junitSchema{"Ant": antSchema, "Jenkins": jenkinsSchema} {
			if wrong := schema.check(root); len(wrong) > 0 {
				t.Errorf("%s, by the schema of %s: %q", what, by, wrong)
			}
		}
	}
}

// The schemas of this test refuse documents that violate them.
func TestJUnitSchemasRefuse(t *testing.T) {
	const suite = `<testsuite name="a" package="p" id="0" hostname="h" tests="1" failures="0" errors="0" time="1.5" ` +
		`timestamp="2026-11-23T09:30:00">`
	const rest = `<system-out></system-out><system-err></system-err></testsuite>`
	for _, test := range []struct {
		document     string
		ant, jenkins int // violations
	}{
		{`<testsuites>` + suite + `<properties></properties>` + rest + `</testsuites>`, 0, 0},
		{`<testsuites tests="1">` + suite + `<properties></properties>` + rest + `</testsuites>`, 1, 0},
		{suite + `<properties></properties><testcase name="a" classname="b" time="0"><failure message="m"/></testcase>` + rest, 1, 0},
		{suite + `<testcase name="a" classname="b" time="0"/><properties/>` + rest, 1, 0},
		{strings.Replace(suite, `timestamp="2026`, `timestamp="Z2026`, 1) + `<properties/>` + rest, 1, 0},
		{strings.Replace(suite, `time="1.5"`, `time="1,5 s"`, 1) + `<properties/>` + rest, 1, 1},
		{suite + `<properties>text</properties><nothing/>` + rest, 3, 3},
	} {
		var root xmlElement
		if err := xml.Unmarshal([]byte(test.document), &root); err != nil {
			t.Fatal(err)
		}
		got, want := [2]int{len(antSchema.check(root)), len(jenkinsSchema.check(root))}, [2]int{test.ant, test.jenkins}
		if got != want {
			t.Errorf("%s: %q %q, want %v violations",
				test.document, antSchema.check(root), jenkinsSchema.check(root), want)
		}
	}
}

// The measurement and every threshold are a case each.
func TestJUnit(t *testing.T) {
	const over = "failure: error_rate < 1% does not hold: it is 25%"
	results := junitResults()
	for what, want := range map[string][]string{
		"judged":               {"", "", over},
		"invalid":              {"error: too late", "", over},
		"stopped":              {"error: the run is cancelled", "", over},
		"without data":         {"error: there is no data to judge the thresholds by", "", "skipped: there is no data for it"},
		"failing without data": {"", "", over, "skipped: there is no data for it"},
	} {
		var got junitSuites
		if err := xml.Unmarshal([]byte(render(t, "junit", results[what])), &got); err != nil {
			t.Fatal(err)
		}
		suite := got.Suite
		var cases []string
		for _, c := range suite.Cases {
			cases = append(cases, problemOf(c))
		}
		if diff := cmp.Diff(want, cases); diff != "" {
			t.Errorf("%s: cases (-want +got):\n%s", what, diff)
		}
		count := func(kind string) (n int) {
			for _, c := range want {
				if strings.HasPrefix(c, kind) {
					n++
				}
			}
			return n
		}
		counted := []int{suite.Tests, suite.Failures, suite.Errors, suite.Skipped}
		if wanted := []int{len(want), count("failure"), count("error"), count("skipped")}; !slices.Equal(counted, wanted) {
			t.Errorf("%s: %v tests, failures, errors, skipped; want %v", what, counted, wanted)
		}
		if suite.Name != "a|b <i>_x_</i>" {
			t.Errorf("%s: the suite is %q", what, suite.Name)
		}
		if want := results[what].StartTime.Format("2006-01-02T15:04:05"); suite.Timestamp != want {
			t.Errorf("%s: timestamp %s, want %s", what, suite.Timestamp, want)
		}
		if suite.Time != "2.500" {
			t.Errorf("%s: time %s, want 2.500", what, suite.Time)
		}
		if diff := cmp.Diff(render(t, "text", results[what]), suite.Out.Text); diff != "" {
			t.Errorf("%s: system-out (-want +got):\n%s", what, diff)
		}
	}
}

func problemOf(c junitCase) string {
	for kind, problem := range map[string]*junitProblem{"failure": c.Failure, "error": c.Error, "skipped": c.Skipped} {
		if problem != nil {
			return kind + ": " + problem.Message
		}
	}
	return ""
}
