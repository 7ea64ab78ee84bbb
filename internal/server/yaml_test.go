package server

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea/internal/budget"
	"github.com/aurea-orchestrator/aurea/internal/runs"
)

const yamlType = "Content-Type: application/yaml"

// yamlWrong returns the wrong fields of a problem, one a line, each with its
// position.
func (a answer) yamlWrong(t testing.TB) string {
	t.Helper()
	a.problem(t, 400)
	var p struct {
		Errors []struct {
			Location, Message string
			Line, Column      int
		}
	}
	a.into(t, &p)
	var lines []string
	for _, wrong := range p.Errors {
		lines = append(lines, fmt.Sprintf("%d:%d %s: %s", wrong.Line, wrong.Column, wrong.Location, wrong.Message))
	}
	return strings.Join(lines, "\n")
}

// A spec in YAML does what the same spec does in JSON, at each endpoint that takes
// one and by each name of the media type.
func TestYAMLSpecs(t *testing.T) {
	t.Parallel()
	s := serve(t, runs.Options{})
	const asYAML = "# a load\nnum_jobs: 5\nseed: 18446744073709551615\nlabels: &l {team: \"10\"}\n" +
		"name: a $${b}\nworkload: {kind: noop}\n"
	const asJSON = `{"num_jobs": 5, "seed": 18446744073709551615, "labels": {"team": "10"}, "name": "a ${b}",
		"workload": {"kind": "noop"}}`
	spec := func(media, body string) string {
		var result struct{ Spec json.RawMessage }
		got := s.call("POST", "/benchmark/run", strings.NewReader(body), "Content-Type: "+media)
		if got.into(t, &result); got.status != 200 {
			t.Errorf("%s: %d %s, want 200", media, got.status, got.body)
		}
		return string(result.Spec)
	}
	want := spec("application/json", asJSON)
	for _, media := range []string{
		"application/yaml", "application/x-yaml", "text/yaml; charset=utf-8", "Application/YAML",
	} {
		if diff := cmp.Diff(want, spec(media, asYAML)); diff != "" {
			t.Errorf("the spec of %s (-JSON +YAML):\n%s", media, diff)
		}
	}
	for path, status := range map[string]int{"/v1/runs": 202, "/v1/plan": 200} {
		if got := s.call("POST", path, strings.NewReader(asYAML), yamlType); got.status != status {
			t.Errorf("%s: %d %s, want %d", path, got.status, got.body, status)
		}
	}
	inYAML := s.call("POST", "/v1/plan", strings.NewReader(asYAML), yamlType)
	inJSON := s.call("POST", "/v1/plan", strings.NewReader(asJSON), "Content-Type: application/json")
	if diff := cmp.Diff(string(inJSON.body), string(inYAML.body)); diff != "" {
		t.Errorf("the plan (-JSON +YAML):\n%s", diff)
	}
	search := "spec: {duration: 10ms, workload: {kind: noop}}\nobjectives: [error_rate < 1%]\nrate: 10..20\n"
	if got := s.call("POST", "/v1/searches", strings.NewReader(search), yamlType); got.status != 202 {
		t.Errorf("a search: %d %s, want 202", got.status, got.body)
	}
}

// Each mistake of a spec in YAML has its place in the text, whether the reader, the
// decoder or the planner finds it.
func TestYAMLMistakes(t *testing.T) {
	t.Parallel()
	s := serve(t, runs.Options{})
	for _, test := range []struct{ body, want string }{
		{"num_jobs: 0\nworkload:\n  kind: noop\n  x: 1\n",
			"1:1 body.num_jobs: must be an integer from 1 to 10000000; got 0\n" +
				"4:3 body.workload.x: is not a field; known: failure"},
		{"name: 5\nnum_jobs: 1\n",
			`1:1 body.name: must be a string of up to 200 characters; got 5; put it in quotes: "5"`},
		{"rate: 5\n", "1:1 body.num_jobs: is needed, or duration or stages"},
		{"num_jobs: 1\nworkload:\n  kind: http\n  url: http://10.0.0.1/\n", "4:3 body.workload.url: "},
		{"num_jobs: 1\n\tname: x\n", "2:1 body: is not YAML: a tab cannot indent; use spaces"},
		{"num_jobs: 1\n---\nnum_jobs: 2\n", "2:1 body: there is a second document; a file holds one"},
		{"num_jobs: 1\nname: !foo x\n", "2:7 body.name: has the tag !foo, for which there is no use here"},
		{"num_jobs: 1\nlabels: {a: \"${TEAM}\"}\n",
			"2:10 body.labels.a: has a variable, which only aurea run replaces; " +
				"write its value, or $${ for ${ itself"},
		{"num_jobs: 1\nnum_jobs: 2\n", "2:1 body.num_jobs: is given twice"},
		{"", "0:0 body: the body is empty; a spec begins with fields such as num_jobs: 100"},
		{"# nothing\n", "0:0 body: the body has no fields; a spec begins with fields such as num_jobs: 100"},
		{"- 1\n", "1:1 body: must be a mapping of fields to values, such as num_jobs: 100"},
		{`{"num_jobs": 1,}`, "1:16 body: is not JSON: "},
		{yamlBomb, "1:37 body.a4[7][8][8][8][9]: the file holds more than 100000 values or 1 MiB "},
		{"a: " + strings.Repeat("[", 60) + strings.Repeat("]", 60),
			"1:44 body.a" + strings.Repeat("[0]", 40) + ": is nested deeper than 40 levels"},
	} {
		got := s.call("POST", "/v1/plan", strings.NewReader(test.body), yamlType).yamlWrong(t)
		if !strings.HasPrefix(got, test.want) {
			t.Errorf("%q:\n%s\nwant\n%s", test.body, got, test.want)
		}
	}
	detail, _ := s.call("POST", "/v1/runs", strings.NewReader("name: x\nnum_jobs: 0\n"), yamlType).problem(t, 400)
	if want := "line 2: num_jobs: must be an integer from 1 to 10000000; got 0"; detail != want {
		t.Errorf("the detail is %q, want %q", detail, want)
	}
}

// yamlBomb stands for a hundred million values.
var yamlBomb = func() string {
	var bomb strings.Builder
	bomb.WriteString("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n")
	for i := range 8 {
		aliases := strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", i), 10), ", ")
		fmt.Fprintf(&bomb, "a%d: &a%d [%s]\n", i+1, i+1, aliases)
	}
	return bomb.String()
}()

// What has no spec is JSON alone, and a compressed spec is refused.
func TestYAMLMediaType(t *testing.T) {
	t.Parallel()
	s := serve(t, runs.Options{})
	for _, test := range []struct{ method, path, headers, want string }{
		{"PATCH", "/v1/runs/x", yamlType, "the body must be JSON; send it with Content-Type: application/json"},
		{"POST", "/v1/runs", "Content-Type: text/plain",
			"the body must be JSON or YAML; send it with Content-Type: application/json or application/yaml"},
		{"POST", "/v1/runs", yamlType + "\nContent-Encoding: gzip",
			"the body must not be compressed; send it without Content-Encoding"},
	} {
		got := s.call(test.method, test.path, strings.NewReader("num_jobs: 1\n"), strings.Split(test.headers, "\n")...)
		if detail, _ := got.problem(t, 415); detail != test.want {
			t.Errorf("%s %s with %s: %q, want %q", test.method, test.path, test.headers, detail, test.want)
		}
	}
	long := strings.Repeat("#", maxBody+1)
	s.call("POST", "/v1/runs", strings.NewReader(long), yamlType).problem(t, 413)
}

// What a body in YAML takes while it is read counts against the budget, and is
// given back.
func TestYAMLStaysInBudget(t *testing.T) {
	t.Parallel()
	b := budget.New(8 << 20)
	s := serve(t, runs.Options{}, withBudget(b))
	dense := "a: [" + strings.Repeat("[],", 20_000) + "]"
	s.call("POST", "/v1/plan", strings.NewReader(dense), yamlType).problem(t, 503)
	s.call("POST", "/v1/plan", strings.NewReader("num_jobs: 0\n"), yamlType).problem(t, 400)
	if held, _, refused := b.Usage(); held != 0 || refused != 1 {
		t.Errorf("%d bytes are held after %d refusals, want 0 after 1", held, refused)
	}
}

// Any body in YAML gets a JSON response without a 5xx status, and a refused one
// the place of each mistake.
func FuzzYAMLBody(f *testing.F) {
	for _, seed := range []string{
		"", "num_jobs: 1", "num_jobs: 1\nworkload: {kind: http, body: !!binary /w==}",
		"a: &a {<<: *a}", "{\"num_jobs\": 1}",
		"name: ${X:-1}", "name: $${X}", "- 1", "---\n---",
		"num_jobs: 0x1f\nrate: .5", "scenarios: [{name: a, rate: 5}]",
	} {
		f.Add([]byte(seed))
	}
	s := New(newOptions(finishingFake()))
	f.Fuzz(func(t *testing.T, body []byte) {
		got := ask(t, s, "POST", "/benchmark/run", string(body), yamlType)
		switch {
		case !json.Valid(got.body):
			t.Fatalf("the answer is not JSON: %d %q", got.status, got.body)
		case len(body) > maxBody:
			got.problem(t, 413)
		case got.status == 400 && got.yamlWrong(t) == "":
			t.Fatalf("no location is named: %s", got.body)
		case got.status != 200 && got.status != 400:
			t.Fatalf("%d %s for %q", got.status, got.body, body)
		}
	})
}
