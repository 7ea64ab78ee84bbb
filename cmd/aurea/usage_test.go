package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// An unknown command, flag or value is wrong usage. The error suggests the one
// that was probably meant.
func TestUnknownWords(t *testing.T) {
	for args, want := range map[string]string{
		"rn":                           `aurea: unknown command "rn" for "aurea"; did you mean run?; see aurea --help`,
		"Run":                          `aurea: unknown command "Run" for "aurea"; did you mean run?; see aurea --help`,
		"xyz":                          `aurea: unknown command "xyz" for "aurea"; see aurea --help`,
		"runs lst":                     `aurea: unknown command "lst" for "aurea runs"; did you mean list?; see aurea runs --help`,
		"runs xyz --server x":          `aurea: unknown command "xyz" for "aurea runs"; see aurea runs --help`,
		"completion bsh":               `aurea: unknown command "bsh" for "aurea completion"; did you mean bash?; see aurea completion --help`,
		"doctor x":                     `aurea: the usage is aurea doctor; got 1 argument; see aurea doctor --help`,
		"help rn":                      `aurea: unknown command "rn" for "aurea"; did you mean run?; see aurea --help`,
		"help runs lst":                `aurea: unknown command "lst" for "aurea runs"; did you mean list?; see aurea runs --help`,
		"run --job 5":                  `aurea: unknown flag: --job; did you mean --jobs?; see aurea run --help`,
		"run --concurency=5":           `aurea: unknown flag: --concurency; did you mean --concurrency?; see aurea run --help`,
		"run --xyzzy":                  `aurea: unknown flag: --xyzzy; see aurea run --help`,
		"run -k":                       `aurea: unknown flag: -k; here it is --param tls.skip_verify=true; see aurea run --help`,
		"run -o jsn":                   `aurea: -o must be one of html, json, junit, markdown, text; got "jsn"; did you mean json?; see aurea run --help`,
		"compare a b -o markdwn":       `aurea: -o must be one of html, json, junit, markdown, text; got "markdwn"; did you mean markdown?; see aurea compare --help`,
		"runs list -o JSON":            `aurea: -o must be text or json; got "JSON"; did you mean json?; see aurea runs list --help`,
		"run --jobs 1 --workload slep": `got "slep"; did you mean sleep?`,
		"workloads htp":                `got "htp"; did you mean http?`,
		"run http://127.0.0.1:1/ --workload sleep":          `aurea: --workload cannot be combined with a URL, which is short for the workload http; leave out one of the two`,
		"run http://127.0.0.1:1/ --job-duration 1s":         `aurea: --job-duration cannot be combined with a URL`,
		"run --jobs 1 --workload sleep --job-duration 1s":   `aurea: --job-duration: cannot be combined with --workload (it is shorthand for a sleep workload); set only one`,
		"health --server localhost:5000":                    `aurea: --server: must be a URL such as http://127.0.0.1:5000; got "localhost:5000"`,
		"run --jobs 1 --workload sleep --param duratoin=1s": `aurea: --param duratoin: is not a field; did you mean duration?`,
	} {
		code, stdout, stderr := runCommand(t, "", strings.Fields(args)...)
		checkExit(t, "aurea "+args, code, exitUsage, stderr)
		checkContains(t, "aurea "+args, stderr, want)
		if stdout != "" {
			t.Errorf("aurea %s: standard output has %q", args, stdout)
		}
	}
	for _, args := range []string{"", "runs", "completion", "help", "help runs list", "completion bash"} {
		code, stdout, stderr := runCommand(t, "", strings.Fields(args)...)
		checkExit(t, "aurea "+args, code, exitOK, stderr)
		if stdout == "" {
			t.Errorf("aurea %s prints nothing", args)
		}
		if stderr != "" {
			t.Errorf("aurea %s: standard error has %q", args, stderr)
		}
	}
}

// A target without a scheme, or with another one, is reported as a mistyped
// URL.
func TestTargets(t *testing.T) {
	for arg, want := range map[string]string{
		"localhost:5000/livez": "http://localhost:5000/livez", "localhost": "http://localhost", "127.0.0.1:80": "http://127.0.0.1:80",
		"[::1]:80/x?y=z": "http://[::1]:80/x?y=z", "api:8080": "http://api:8080", "example.com/x.json": "",
		"ftp://x/y": "http://x/y", "//host/x": "http://host/x", "HTTP:/x": "http://x", "htp://h/spec.json": "http://h/spec.json",
		"nowhere": "", "nowhere.yaml": "", "/nowhere/x": "", "./nowhere:80": "", "a.b/spec.yml": "",
	} {
		hint := `there is no file "` + arg + `", and a URL begins with http:// or https://; did you mean ` + want + "?"
		if want == "" {
			hint = "cannot read the spec: open " + arg + ": no such file or directory"
		}
		if code, _, stderr := runCommand(t, "", "run", arg); code != exitUsage || !strings.Contains(stderr, hint) {
			t.Errorf("%s: exit %d, %q; want %q", arg, code, stderr, hint)
		}
	}
}

// All mistakes of a file are reported at once, each with its line. This
// includes the parameters of workloads.
func TestEveryMistakeOfAFile(t *testing.T) {
	const yaml = `name: 7
workload:
  kind: http
  url: 3
  bdy: x
num_jobs: x
thresholds: ["p99 < 1s", "x < 2"]
rate: .inf
`
	const json = `{"num_jobs": 0,
 "workload": {"kind": "mix", "parts": [
  {"workload": {"kind": "sleep", "duration": 5}},
  {"workload": {"kind": "nop"}}]}}
`
	const wrongWorkloads = `num_jobs: 1
workload:
  kind: mix
  parts:
  - workload: {kind: sleep, duraton: 5ms}
  - workload:
      kind: nop
`
	for name, test := range map[string]struct {
		content string
		places  []string
	}{
		"a.yaml": {yaml, []string{":1:1: name: ", ":4:3: workload.url: ", ":5:3: workload.bdy: ", ":6:1: num_jobs: ", ":7:26: thresholds[1]: ", ":8:7: rate: "}},
		"b.json": {json, []string{":1:2: num_jobs: ", ":3:34: workload.parts[0].workload.duration: ", ":4:17: workload.parts[1].workload.kind: "}},
		"c.yaml": {wrongWorkloads, []string{":5:29: workload.parts[0].workload.duraton: ", ":7:7: workload.parts[1].workload.kind: "}},
	} {
		spec := writeTestFile(t, name, test.content)
		code, _, stderr := runCommand(t, "", "run", spec)
		if lines := strings.Count(stderr, "\n"); code != exitUsage || lines != len(test.places) {
			t.Errorf("%s: exit %d, %d mistakes, want %d:\n%s", name, code, lines, len(test.places), stderr)
		}
		for _, place := range test.places {
			checkContains(t, name, stderr, "aurea: "+spec+place)
		}
	}
}

// If a string is wanted and YAML has a number, the error says how to quote it.
func TestNumbersThatShouldBeStrings(t *testing.T) {
	spec := writeTestFile(t, "spec.yaml",
		"num_jobs: 1\nname: 010\nlabels: {build: 1.10, ok: true, none: ~}\nworkload: {kind: noop}\n")
	code, _, stderr := runCommand(t, "", "run", spec)
	want := "aurea: " + spec + ":2:1: name: must be a string of up to 200 characters; got 10; put it in quotes: \"010\"\n" +
		"aurea: " + spec + ":3:10: labels.build: must be a string of up to 200 characters; got 1.10; put it in quotes: \"1.10\"\n" +
		"aurea: " + spec + ":3:33: labels.none: must be a string of up to 200 characters; got null\n" +
		"aurea: " + spec + ":3:23: labels.ok: must be a string of up to 200 characters; got true; put it in quotes: \"true\"\n"
	if diff := cmp.Diff(want, stderr); diff != "" || code != exitUsage {
		t.Errorf("exit %d (-want +got):\n%s", code, diff)
	}
}
