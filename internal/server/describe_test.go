package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v4"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/runs"
)

// The description is OpenAPI 3.1, in both notations, of this version.
func TestDescription(t *testing.T) {
	d := describe(t)
	document(d).wantMembers(t, "description",
		map[string]any{"openapi": "3.1.0", "info.title": "Aurea", "info.version": "1.2.3"})
	var same description
	err := yaml.Unmarshal(ask(t, New(newOptions(finishingFake())), "GET", "/openapi.yaml", "").body, &same)
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := json.Marshal(same)
	if err != nil {
		t.Fatal(err)
	}
	same = nil
	answer{body: encoded}.into(t, &same)
	if diff := cmp.Diff(d, same); diff != "" {
		t.Errorf("the notations differ (-JSON +YAML):\n%s", diff)
	}
	if text, _ := json.Marshal(d); strings.Contains(string(text), "$schema") {
		t.Error("the description has a $schema that no response has")
	}
}

// Every reference has a target.
func TestReferences(t *testing.T) {
	d := describe(t)
	found := 0
	var walk func(value any)
	walk = func(value any) {
		switch value := value.(type) {
		case []any:
			for _, item := range value {
				walk(item)
			}
		case map[string]any:
			if name, ok := value["$ref"].(string); ok {
				found++
				if rest, ok := strings.CutPrefix(name, "#/components/schemas/"); !ok || d.schema(rest) == nil {
					t.Errorf("there is no %s", name)
				}
			}
			for _, item := range value {
				walk(item)
			}
		}
	}
	walk(map[string]any(d))
	if found < 10 {
		t.Errorf("there are only %d references", found)
	}
}

// The fields of a spec and the parameters of workloads are those of the tables
// that decode them.
func TestSpecSchema(t *testing.T) {
	d := describe(t)
	spec := d.schema("Spec")
	properties := spec["properties"].(map[string]any)
	var names []string
	for _, p := range aurea.SpecParameters() {
		names = append(names, p.Name)
	}
	slices.Sort(names)
	diff := cmp.Diff(names, slices.Sorted(maps.Keys(properties)))
	if diff != "" || spec["additionalProperties"] != false {
		t.Errorf("fields (-table +description):\n%s", diff)
	}
	jobs := properties["num_jobs"].(map[string]any)
	document(jobs).wantMembers(t, "num_jobs", map[string]any{"type": "integer", "minimum": 1.0, "maximum": 1e7})
	kinds := map[string][]string{}
	for _, one := range properties["workload"].(map[string]any)["oneOf"].([]any) {
		parameters := one.(map[string]any)["properties"].(map[string]any)
		kind := parameters["kind"].(map[string]any)
		name, _ := kind["const"].(string)
		kinds[name] = slices.Sorted(maps.Keys(parameters))
	}
	want := map[string][]string{}
	for _, kind := range everyKind.Kinds() {
		parameters := []string{"kind"}
		for _, p := range kind.Parameters {
			parameters = append(parameters, p.Name)
		}
		slices.Sort(parameters)
		want[kind.Name] = parameters
	}
	if diff := cmp.Diff(want, kinds); diff != "" {
		t.Errorf("workloads (-table +description):\n%s", diff)
	}
}

// The schema of a spec accepts what DecodeSpec accepts.
func TestSpecSchemaAgrees(t *testing.T) {
	d := describe(t)
	for spec, right := range map[string]bool{
		`{"num_jobs": 100, "job_duration_ms": 50}`: true,
		`{"num_jobs": 1, "workload": {"kind": "sleep", "duration": "1s", "jitter": 0.5}, "timeout": "2s", "include_jobs": false}`: true,
		`{"num_jobs": 1, "workload": {"kind": "noop"}, "concurrency": 1, "seed": 0, "labels": {"a": "b"}, "name": "x"}`:           true,
		`{"rate": 0.5, "duration": "1s", "arrival": "poisson", "on_saturation": "wait", "warmup": "0.5s"}`:                        true,
		`{"stages": [{"duration": "1s", "rate": 10}], "thresholds": ["p99 < 1s"], "pricing": {"per_second": 1}}`:                  true,
		`{"num_jobs": 0}`: false, `{"num_jobs": 1.5}`: false, `{"num_jobs": "1"}`: false,
		`{"num_jobs": 10000001}`: false, `{"num_job": 1}`: false,
		`{"num_jobs": 1, "workload": {"kind": "slepe"}}`:              false,
		`{"num_jobs": 1, "workload": {"duration": "1s"}}`:             false,
		`{"num_jobs": 1, "workload": {"kind": "sleep", "jitter": 2}}`: false,
		`{"num_jobs": 1, "labels": {"a": 1}}`:                         false,
		`{"stages": [{"rate": 1}]}`:                                   false, `{"stages": [{"duration": "1s", "rate": -1}]}`: false,
		`{"stages": [5]}`: false,
		`{"stages": []}`:  false, `{"stages": {"duration": "1s", "rate": 10}}`: false,
		`{"num_jobs": 1, "thresholds": "p99 < 1s"}`: false,
		`{"num_jobs": 1, "pricing": {"price": 1}}`:  false, `{"num_jobs": 1, "pricing": {"per_job": -1}}`: false,
		`{"rate": 0, "duration": "1s"}`: false,
		`{"num_jobs": 1, "thresholds": [{"expression": "p99 < 1s", "abort_on_fail": true, "after": "5s"}]}`: true,
		`{"num_jobs": 1, "thresholds": [{"abort_on_fail": true}]}`:                                          false,
		`{"num_jobs": 1, "thresholds": [1]}`:                                                                false,
		`{"num_jobs": 1, "arrival": "never"}`:                                                               false,
		`{"num_jobs": 1, "include_jobs": 1}`:                                                                false,
	} {
		var value any
		answer{body: []byte(spec)}.into(t, &value)
		if wrong := d.check(d.schema("Spec"), value, "body"); (len(wrong) == 0) != right {
			t.Errorf("%s: by its schema %v", spec, wrong)
		}
	}
	for _, example := range d.schema("Spec")["examples"].([]any) {
		encoded, _ := json.Marshal(example)
		if _, err := aurea.DecodeSpec(encoded); err != nil {
			t.Errorf("the example %s is refused: %v", encoded, err)
		}
	}
}

// A result conforms to the description and has every member of the contract.
func TestResultSchema(t *testing.T) {
	d := describe(t)
	promised := []string{
		"benchmark_id", "name", "status", "num_jobs", "completed_jobs", "failed_jobs", "counts", "throughput",
		"mean_latency", "total_cost", "duration",
		"start_time", "end_time", "latency", "service_time", "delay", "in_flight", "model", "seed", "spec", "cost",
		"validity", "verdict", "thresholds",
		"errors", "series", "environment",
	}
	required, _ := d.schema("Result")["required"].([]any)
	for _, name := range promised {
		if !slices.Contains(required, any(name)) {
			t.Errorf("%s is part of the contract, but not required", name)
		}
	}
	s := serve(t, runs.Options{})
	for _, spec := range []string{
		`{"num_jobs": 5, "job_duration_ms": 1, "thresholds": ["p99 < 1s"], "labels": {"a": "b"}}`,
		`{"num_jobs": 5, "workload": {"kind": "sleep", "duration": "1s"}, "timeout": "1ms", "pricing": {"per_job": 1}}`,
		`{"rate": 1000, "duration": "30ms", "warmup": "10ms", "workload": {"kind": "noop"}}`,
		`{"num_jobs": 4, "workload": {"kind": "mix", "parts": [{"workload": {"kind": "cpu", "work": 1}}, {"workload": {"kind": "noop", "failure": {"rate": 1}}}]}}`,
	} {
		got := s.run(spec)
		var r document
		got.into(t, &r)
		if wrong := d.check(d.schema("Result"), map[string]any(r), "result"); got.status != 200 || len(wrong) != 0 {
			t.Errorf("%s: %d %v", spec, got.status, wrong)
		}
		properties := d.schema("Result")["properties"].(map[string]any)
		for name := range r {
			if _, ok := properties[name]; !ok {
				t.Errorf("%s is in the result, but not in the description", name)
			}
		}
	}
}

// Every route except those of the page and of the description is described,
// with every status that it returns, and every problem conforms to the
// description.
func TestStatusesAreDescribed(t *testing.T) {
	d := describe(t)
	withTokens := func(o *Options) { o.Tokens = []Token{{Secret: "one"}} }
	unavailable := newOptions(fake{ready: aurea.ErrUnavailable})
	failing := func(err error) *Server { return New(newOptions(failingFake(err))) }
	interrupted := fake{do: func(_ context.Context, _ aurea.Spec) (aurea.Run, error) {
		return aurea.Run{ID: "benchmark-1", Status: aurea.StatusInterrupted}, nil
	}}
	const run = "/benchmark/run"
	seen := map[string]map[int]bool{}
	see := func(got answer, method, path string, status int) {
		t.Helper()
		if got.status != status {
			t.Errorf("%s %s: %d %s, want %d", method, path, got.status, got.body, status)
		}
		at := method + " " + path
		if seen[at] == nil {
			seen[at] = map[int]bool{}
		}
		seen[at][status] = true
		if status >= 400 {
			var problem any
			got.into(t, &problem)
			if wrong := d.check(d.schema("Problem"), problem, "problem"); len(wrong) != 0 {
				t.Errorf("%s %s: %v", method, path, wrong)
			}
		}
	}
	for _, path := range []string{"/health", "/livez", "/readyz", "/metrics"} {
		see(ask(t, New(newOptions(finishingFake())), "GET", path, ""), "GET", path, 200)
		see(ask(t, New(newOptions(finishingFake())), "GET", path, "", "Host: example.com"), "GET", path, 403)
	}
	see(ask(t, New(newOptions(finishingFake(), withTokens)), "GET", "/metrics", ""), "GET", "/metrics", 401)
	see(ask(t, New(unavailable), "GET", "/readyz", ""), "GET", "/readyz", 503)
	see(ask(t, New(newOptions(finishingFake())), "POST", run, oneJob), "POST", run, 200)
	see(ask(t, New(newOptions(finishingFake())), "POST", run, `{}`), "POST", run, 400)
	see(ask(t, New(newOptions(finishingFake(), withTokens)), "POST", run, oneJob), "POST", run, 401)
	see(ask(t, New(newOptions(finishingFake())), "POST", run, oneJob, "Origin: https://example.com"), "POST", run, 403)
	see(ask(t, New(newOptions(finishingFake())), "POST", run, paddedBody(2<<20)), "POST", run, 413)
	see(ask(t, New(newOptions(finishingFake())), "POST", run, oneJob, "Content-Type: text/plain"), "POST", run, 415)
	see(ask(t, failing(aurea.ErrQueueFull), "POST", run, oneJob), "POST", run, 429)
	see(ask(t, failing(errors.New("a fault")), "POST", run, oneJob), "POST", run, 500)
	see(ask(t, failing(aurea.ErrUnavailable), "POST", run, oneJob), "POST", run, 503)
	see(ask(t, New(newOptions(interrupted)), "POST", run, oneJob), "POST", run, 503)

	for at, statuses := range seen {
		method, path, _ := strings.Cut(at, " ")
		responses, _ := d.operation(method, path)["responses"].(map[string]any)
		for status := range statuses {
			_, exactly := responses[fmt.Sprint(status)]
			_, otherwise := responses["default"]
			if !exactly && (!otherwise || status < 400) {
				t.Errorf("%s answers %d, which is not described", at, status)
			}
		}
	}
}
