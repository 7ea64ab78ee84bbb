package main

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/aurea-orchestrator/aurea"
)

// compiledSpecSchema returns the schema that aurea spec schema prints.
func compiledSpecSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	code, stdout, stderr := runCommand(t, "", "spec", "schema")
	checkExit(t, "aurea spec schema", code, exitOK, stderr)
	document, err := jsonschema.UnmarshalJSON(strings.NewReader(stdout))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("spec.json", document); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("spec.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// fieldsOf returns the fields of a spec in YAML or JSON as a schema takes them.
func fieldsOf(t *testing.T, content string) any {
	t.Helper()
	file, err := parseSpecFile("spec.yaml", []byte(content))
	if err != nil {
		t.Fatalf("%s: %v", content, err)
	}
	encoded, err := json.Marshal(file.fields)
	if err != nil {
		t.Fatal(err)
	}
	fields, err := jsonschema.UnmarshalJSON(strings.NewReader(string(encoded)))
	if err != nil {
		t.Fatal(err)
	}
	return fields
}

// The schema accepts the examples and new specs.
func TestSpecSchemaAccepts(t *testing.T) {
	schema := compiledSpecSchema(t)
	specs := map[string]string{
		"a sleep": "num_jobs: 5\njob_duration_ms: 1.5\nlabels: {a: b}\nthresholds: [p99 < 1s]\nworkers: {count: 2}\n",
		"headers": "num_jobs: 1\nworkload: {kind: http, url: http://x/, headers: [\"a: b\"], expect: {status: 200}}\n",
		"targets": "num_jobs: 1\nworkload: {kind: http, targets: a.txt, targets_order: random, decompress: true, " +
			"proxy: 'http://p:8080/'}\n",
		"secrets": "num_jobs: 1\nsecrets: [A, B]\n",
		"values":  "num_jobs: 1\nsecrets: {A: abcd}\n",
		"extends": "extends: base.yaml\nworkload: {headers: {A: b}}\n",
		"variables": "num_jobs: ${N}\nduration: ${D:-5s}\nworkers: ${W}\ninclude_jobs: ${I}\n" +
			"workload: {kind: mix, parts: [{weight: '${W}', workload: {kind: http, url: '${U}', version: '${V}'}}]}\n",
		"scenarios": "scenarios: [{name: a, num_jobs: 1, workload: {kind: http, url: http://x/}}, " +
			"{name: b, start: 5s, rate: 5, duration: '${D}', thresholds: [p99 < 1s]}]\n",
		"defaults in scenarios": "defaults: {http: {base_url: http://x}}\nscenarios: [{name: a, num_jobs: 1, " +
			"workload: {kind: http}}]\n",
		"an abort": "num_jobs: 1\nthresholds: [{expression: error_rate < 50%, abort_on_fail: true, after: 5s}]\n",
	}
	for _, name := range exampleSpecs(t) {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		specs[name] = string(content)
	}
	for _, kind := range everyKind.AllKinds() {
		specs["a new "+kind.Name] = newSpec(kind)
	}
	for name, spec := range specs {
		if err := schema.Validate(fieldsOf(t, spec)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The schema refuses what DecodeSpec or the kinds refuse.
func TestSpecSchemaRefuses(t *testing.T) {
	schema := compiledSpecSchema(t)
	for _, spec := range []string{
		"{}",
		"concurrency: 5",
		"num_jobs: 0",
		"num_jobs: 10000001",
		"num_jobs: 1.5",
		"num_jobs: $N",
		"num_jobs: 1\nsecrets: A",
		"num_jobs: 1\nextends: 5",
		"num_jobs: 1\ndefaults: {htp: {timeout: 5s}}",
		"num_jobs: 1\nworkload: {kind: http, url: /a}\ndefaults: {http: {timeout: 5}}",
		"num_jobs: 1\nsecrets: {A: 5}",
		"num_jobs: ten",
		"num_jobs: 1\nnum_job: 2",
		"num_jobs: 1\nname: 7",
		"num_jobs: 1\nrate: .inf",
		"num_jobs: 1\nrate: -1",
		"num_jobs: 1\narrival: random\nrate: 1",
		"duration: 10\nconcurrency: 1",
		"duration: 10 s\nconcurrency: 1",
		"stages: []",
		"stages: [{rate: 5}]",
		"num_jobs: 1\nlabels: {a: 1}",
		"num_jobs: 1\nthresholds: p99 < 1s",
		"num_jobs: 1\njob_duration_ms: 5\nworkload: {kind: noop}",
		"num_jobs: 1\nworkload: {}",
		"num_jobs: 1\nworkload: {kind: nop}",
		"num_jobs: 1\nworkload: {kind: sleep, duraton: 5ms}",
		"num_jobs: 1\nworkload: {kind: sleep, duration: fast}",
		"num_jobs: 1\nworkload: {kind: http}",
		"num_jobs: 1\nworkload: {kind: http, url: 3}",
		"num_jobs: 1\nworkload: {kind: http, targets: [a.txt]}",
		"num_jobs: 1\nworkload: {kind: http, targets: a.txt, targets_order: once}",
		"num_jobs: 1\nworkload: {kind: http, url: http://x/, decompress: gzip}",
		"num_jobs: 1\nworkload: {kind: http, url: http://x/, proxy: [a]}",
		"num_jobs: 1\nworkload: {kind: mix, parts: [{workload: {kind: sleep, duraton: 5ms}}]}",
		"num_jobs: 1\nworkload: {kind: mix, parts: [{workload: {kind: nop}}]}",
		"num_jobs: 1\nworkload: {kind: steps, steps: []}",
		"scenarios: []",
		"num_jobs: 1\nscenarios: [{name: a, num_jobs: 1}]",
		"scenarios: [{num_jobs: 1}]",
		"scenarios: [{name: a b, num_jobs: 1}]",
		"scenarios: [{name: a, num_jobs: 1, seed: 5}]",
		"scenarios: [{name: a, num_jobs: 1, start: 5}]",
		"scenarios: [{name: a}]",
	} {
		fields := fieldsOfWrong(t, spec)
		if fields != nil && schema.Validate(fields) == nil {
			t.Errorf("%q is accepted", spec)
		}
		encoded, err := json.Marshal(fields)
		if err != nil {
			t.Fatal(err)
		}
		decoded, err := aurea.DecodeSpec(encoded)
		if err == nil && everyKind.CheckParameters(decoded.ResolvedWorkload(), "workload") == nil {
			t.Errorf("%q is no wrong spec", spec)
		}
	}
}

// fieldsOfWrong is fieldsOf for a spec that may have no representation in JSON.
func fieldsOfWrong(t *testing.T, content string) any {
	t.Helper()
	if _, err := parseSpecFile("spec.yaml", []byte(content)); err != nil {
		return nil
	}
	return fieldsOf(t, content)
}
