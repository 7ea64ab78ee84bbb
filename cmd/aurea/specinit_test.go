package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/aurea-orchestrator/aurea"
)

// A new spec of every kind passes the check, and its lines fit a terminal.
func TestSpecInit(t *testing.T) {
	for _, kind := range everyKind.AllKinds() {
		code, spec, stderr := runCommand(t, "", "spec", "init", kind.Name)
		checkExit(t, "aurea spec init "+kind.Name, code, exitOK, stderr)
		for line := range strings.Lines(spec) {
			if len([]rune(line)) > 81 {
				t.Errorf("%s: a line of %d characters: %s", kind.Name, len([]rune(line)), line)
			}
		}
		for _, p := range kind.Parameters {
			checkContains(t, kind.Name, spec, p.Name+":")
		}
		if kind.Name == "exec" {
			continue // needs the operator's list
		}
		code, _, stderr = runCommand(t, "", "spec", "check", writeTestFile(t, "spec.yaml", spec))
		checkExit(t, "aurea spec check of "+kind.Name, code, exitOK, stderr)
	}
	code, _, stderr := runCommand(t, "", "spec", "init", "htp")
	checkExit(t, "aurea spec init htp", code, exitUsage, stderr)
	checkContains(t, "standard error", stderr, `aurea: KIND: must be one of `, "did you mean http?")
}

// Every optional field of a new spec is right by itself, once it is no comment.
func TestSpecInitOptionalFields(t *testing.T) {
	alone := map[string]string{ // what a field needs beside it
		"arrival": "rate: 50\n", "on_saturation": "rate: 50\n", "warmup": "duration: 30s\n",
		"secrets": "labels: {a: '${API_TOKEN:-none}'}\n", "replay": "data: {file: log.csv, order: once}\n",
	}
	for field, example := range specExamples {
		if example.active || field == "workers" { // workers need a server
			continue
		}
		load := "concurrency: 10\nnum_jobs: 100\n"
		if field == "users" { // in place of a concurrency
			load = "num_jobs: 100\nworkload: {kind: steps, steps: [{kind: noop}]}\n"
		}
		if field == "scenarios" { // in place of a load
			load = ""
		}
		if field == "sample" {
			load += "workload: {kind: http, url: \"http://127.0.0.1:1/\"}\n"
		}
		spec := load + alone[field] + field + ": " + example.value + "\n"
		dir := writeFiles(t, map[string]string{"spec.yaml": spec, "users.csv": "name\nann\n", "log.csv": "at\n0\n1.5\n"})
		code, _, stderr := runCommand(t, "", "spec", "check", filepath.Join(dir, "spec.yaml"))
		checkExit(t, field, code, exitOK, stderr)
	}
	for _, p := range aurea.SpecParameters() {
		if _, ok := specExamples[p.Name]; !ok && p.Name != "workload" && p.Name != "job_duration_ms" {
			t.Errorf("a new spec does not mention %s", p.Name)
		}
	}
}
