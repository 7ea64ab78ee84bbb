package main

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// What a workload inherits is named where the file has it. Defaults of kinds that
// the spec does not use are left out.
func TestDefaultsOfFiles(t *testing.T) {
	dir := writeFiles(t, map[string]string{
		"base.yaml": "defaults:\n  http:\n    base_url: ${T_NONE:-http://127.0.0.1:1/api}\n    conections: 5\n" +
			"    headers: {X: '${T_NONE:-7}'}\n",
		"top.yaml":     "extends: base.yaml\nnum_jobs: x\nworkload: {kind: steps, steps: [{kind: http, url: /a, verion: 2}]}\n",
		"sleep.yaml":   "extends: base.yaml\nnum_jobs: 1\n",
		"unknown.yaml": "num_jobs: 1\ndefaults: {htp: {}}\nworkload: {kind: http, url: 'http://h/'}\n",
	})
	const badJobs = `DIR/top.yaml:2:1: num_jobs: must be an integer from 1 to 10000000; got "x"; `
	for name, want := range map[string]string{
		"top.yaml": badJobs + "DIR/base.yaml:4:5: defaults.http.conections: is not a field; did you mean connections?; " +
			"DIR/top.yaml:3:55: workload.steps[0].verion: is not a field; did you mean version?",
		"sleep.yaml":   "<nil>",
		"unknown.yaml": "DIR/unknown.yaml:2:12: defaults.htp: is for no workload of the spec, as none is of that kind; did you mean http?",
	} {
		_, err := specOf(t, "", filepath.Join(dir, name))
		if got := strings.ReplaceAll(fmt.Sprint(err), dir, "DIR"); got != want {
			t.Errorf("%s:\n%s, want\n%s", name, got, want)
		}
	}
	got, err := specOf(t, "", filepath.Join(dir, "top.yaml"), "--jobs", "1", "--set", "defaults.http.conections=null",
		"--set", "workload.steps[0].verion=null", "--set", "defaults.http.connections=9")
	const want = `{"num_jobs":1,"workload":{"kind":"steps","steps":[{"connections":9,"headers":{"X":"7"},"kind":"http",` +
		`"url":"http://127.0.0.1:1/api/a"}]},"include_jobs":false}`
	if err != nil || got != want {
		t.Errorf("the spec is %s, %v, want %s", got, err, want)
	}
}
