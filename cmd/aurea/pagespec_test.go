package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/aureatest"
)

// writtenSpecs are specs that the page writes as YAML and as a command line. A
// spec whose secrets are masked has no command line.
var writtenSpecs = []string{
	`{"num_jobs": 100}`,
	`{"num_jobs": 1e3, "job_duration_ms": 0.1, "seed": 18446744073709551615}`,
	`{"num_jobs": 10, "job_duration_ms": 1001}`,
	`{"num_jobs": 10, "job_duration_ms": 33.3}`,
	`{"num_jobs": 10, "job_duration_ms": 1e-7}`,
	`{"num_jobs": 10, "job_duration_ms": 1e3}`,
	`{"num_jobs": 10, "workload": {"kind": "sleep", "duration": "100ms", "jitter": 0.2}, "include_jobs": true}`,
	`{"rate": 100, "duration": "10s", "arrival": "poisson", "on_saturation": "drop", "concurrency": 7,
		"warmup": "1s", "timeout": "1m30s", "name": "it's -x", "include_jobs": false, "max_lost_fraction": 0.25}`,
	`{"rate": 10, "stages": [{"duration": "10s", "rate": 1.5e1}, {"duration": "5s", "rate": 0}]}`,
	`{"stages": [{"duration": "10s", "concurrency": 5}], "workload": {"kind": "http", "url": "http://a/"}}`,
	`{"num_jobs": 1000, "workload": {"kind": "http", "url": "http://a/?x=1&y=%20#z"}}`,
	`{"num_jobs": 40, "workload": {"kind": "http", "url": "https://a/'"}}`,
	`{"num_jobs": 1000, "concurrency": 60, "workload": {"kind": "http", "url": "HTTP://a"}}`,
	`{"rate": 50, "duration": "1s", "workload": {"kind": "http", "url": "http://a", "method": "POST", "body": "a=b"}}`,
	`{"rate": 50, "stages": [{"duration": "1s", "rate": 9}], "workload": {"kind": "http", "url": "http://a"}}`,
	`{"num_jobs": 5, "workload": {"kind": "http", "url": "http://a", "body": "{\"a\": [1, 2]}"}}`,
	`{"num_jobs": 5, "workload": {"kind": "http", "url": "http://a", "body": "17"}}`,
	`{"num_jobs": 5, "workload": {"kind": "http", "url": "http://a", "body": "@file"}}`,
	`{"num_jobs": 5, "workload": {"kind": "http", "url": "http://a", "body": ""}}`,
	`{"num_jobs": 5, "workload": {"kind": "http", "url": "http://a", "body": "null"}}`,
	`{"num_jobs": 5, "workload": {"kind": "http", "url": "http://a/${PATH}", "body": "$${x} ${ $"}}`,
	`{"num_jobs": 5, "workload": {"kind": "http", "url": "http://a",
		"headers": {"X-A": "b c", "X.B": "5", "X-C": ["1", "2"], "X-D": "true"}, "expect": {"status": [200, "3xx"]}}}`,
	`{"num_jobs": 5, "workload": {"kind": "http", "url": "http://a", "headers": ["X-A: b", "X-A: c", "X=B: d"]}}`,
	`{"num_jobs": 5, "workload": {"kind": "mix", "parts": [{"weight": 3, "workload": {"kind": "noop"}},
		{"name": "no", "weight": 1, "workload": {"kind": "sleep", "duration": "1ms"}}]}}`,
	`{"num_jobs": 5, "workload": {"kind": "x", "": "y", "a=b": "c", "a.b": "d", "deep": {"a": {"b": [[1], [], {}]}}}}`,
	`{"num_jobs": 5, "workload": {"kind": "x", "a": "true", "b": "5", "c": "\"q\"", "d": null, "e": -0.0, "f": "[1"}}`,
	`{"num_jobs": 5, "workload": {"kind": "x", "text": "one\ntwo\r\n\tthree ",
		"u": "\u0085\u2028\ufeff\ud83d\ude00\u007f"}}`,
	`{"num_jobs": 5, "workload": {"kind": "5", "a": "null", "b": "~", "c": "yes", "d": "- a",
		"e": "a: b", "f": "a #b"}}`,
	`{"num_jobs": 5, "thresholds": ["p99 < 250 ms", {"expression": "error_rate < 50%", "abort_on_fail": true},
		{"expression": "p50 < 1h", "abort_on_fail": true, "after": "1m30s"}]}`,
	`{"num_jobs": 5, "thresholds": [], "labels": {}}`,
	`{"num_jobs": 5, "labels": {"a.b": "c=d", "empty": "", "on": "off", "n": "1.0", "q": "it's \"x\""}}`,
	`{"num_jobs": 5, "pricing": {"per_second": 0.5, "per_job": 1e-3, "currency": "EUR"}}`,
	`{"num_jobs": 5, "workers": "all"}`,
	`{"num_jobs": 5, "workers": "local"}`,
	`{"num_jobs": 5, "workers": 3}`,
	`{"num_jobs": 5, "workers": {"count": 2, "labels": {"zone": "a b"}}}`,
	`{"num_jobs": 5, "name": ""}`,
	`{"num_jobs": 5, "name": "5"}`,
	`{"num_jobs": 5, "name": "--quiet $(x) ` + "`y`" + ` !z \\ *"}`,
}

// The YAML and the command line that the page writes for a spec are read as that
// spec.
func TestPageWritesSpecs(t *testing.T) {
	specs := append(writtenSpecs, randomSpecs(200)...)
	written := writeByPage(t, specs)
	lines := splitByShell(t, written)
	for i, spec := range specs {
		decoded, err := aurea.DecodeSpec([]byte(spec))
		if err != nil {
			t.Fatalf("%s: %v", spec, err)
		}
		if decoded.IncludeJobs == nil {
			decoded.IncludeJobs = new(bool) // the command's own default
		}
		want, err := json.Marshal(decoded)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := specOf(t, written[i].YAML, "-"); err != nil {
			t.Errorf("%s: the YAML\n%s\nis refused: %v", spec, written[i].YAML, err)
		} else if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s: the YAML\n%s\nis read as another spec (-want +got):\n%s", spec, written[i].YAML, diff)
		}
		if got, err := specOf(t, "", lines[i]...); err != nil {
			t.Errorf("%s: the command\n%s\nis refused: %v", spec, written[i].Command, err)
		} else if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s: the command\n%s\nis read as another spec (-want +got):\n%s", spec, written[i].Command, diff)
		}
	}
}

// A writtenSpec is a spec as the page writes it.
type writtenSpec struct{ YAML, Command string }

// writeByPage runs the modules of the page.
func writeByPage(t *testing.T, specs []string) (written []writtenSpec) {
	t.Helper()
	node := aureatest.Need(t, "node")
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("../../internal/server/ui/core")); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{
		"package.json": `{"type": "module"}`,
		"write.js": `import { commandLine } from "./command.js";
import { yaml } from "./yaml.js";
let input = "";
for await (const part of process.stdin.setEncoding("utf8")) input += part;
console.log(JSON.stringify(JSON.parse(input).map((spec) => ({ YAML: yaml(spec), Command: commandLine(spec) ?? "" }))));
`,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	input, err := json.Marshal(specs)
	if err != nil {
		t.Fatal(err)
	}
	program := exec.Command(node, filepath.Join(dir, "write.js"))
	program.Stdin, program.Stderr = bytes.NewReader(input), os.Stderr
	output, err := program.Output()
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(output, &written); err != nil {
		t.Fatal(err)
	}
	return written
}

// splitByShell returns the arguments of aurea run in each command line, as a
// shell splits it.
func splitByShell(t *testing.T, written []writtenSpec) (lines [][]string) {
	t.Helper()
	script := "aurea() { [ \"$1\" = run ] && shift; [ $# = 0 ] || printf '%s\\0' \"$@\"; printf 'end of a line\\0'; }\n"
	for _, w := range written {
		if w.Command == "" {
			w.Command = "aurea run"
		}
		script += w.Command + "\n"
	}
	shell := exec.Command("sh")
	shell.Stdin, shell.Stderr = strings.NewReader(script), os.Stderr
	output, err := shell.Output()
	if err != nil {
		t.Fatal(err)
	}
	var line []string
	for word := range strings.SplitSeq(string(output), "\x00") {
		if word == "end of a line" {
			lines, line = append(lines, line), nil
			continue
		}
		line = append(line, word)
	}
	if len(lines) != len(written) {
		t.Fatalf("the shell ran %d commands, want %d", len(lines), len(written))
	}
	return lines
}

// randomSpecs returns specs with texts that are hard to quote.
func randomSpecs(n int) (specs []string) {
	random := rand.New(rand.NewPCG(1, 2))
	pieces := []string{
		"a", "Z", "_", " ", "  ", "-", "--x", ":", ": ", "#", " #", "'", "\"", "\\", "\n", "\t", "\r\n", "$",
		"${A}", "$${", "}", "{", "[", "]", ",", "&", "*", "!", "|", ">", "%", "@", "`", "?", "=", "0", "1e3", "0x1",
		"null", "true", "~", "<<", ".inf",
		"é", "\u00a0", "\u0085", "\u2028", "\ufeff", "😀", "\x7f", "\u202e", "1s", "---", "...", "no",
	}
	text := func() string {
		var b strings.Builder
		for range random.IntN(4) {
			b.WriteString(pieces[random.IntN(len(pieces))])
		}
		return b.String()
	}
	var value func(depth int) any
	value = func(depth int) any {
		switch pick := random.IntN(8); {
		case pick == 0 && depth < 3:
			return map[string]any{text(): value(depth + 1), "b": value(depth + 1)}
		case pick == 1 && depth < 3:
			return []any{value(depth + 1), value(depth + 1)}
		case pick == 2:
			return random.Float64() * 1e6
		case pick == 3:
			return random.IntN(2) == 0
		}
		return text()
	}
	for i := range n {
		encoded, _ := json.Marshal(map[string]any{ // these values can be encoded
			"num_jobs": 1 + random.IntN(100), "name": text(), "labels": map[string]string{fmt.Sprint("l", i): text()},
			"workload": map[string]any{"kind": "x", text(): value(0), "p": value(0), "q": value(0)},
		})
		specs = append(specs, string(encoded))
	}
	return specs
}
