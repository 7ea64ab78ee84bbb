package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/compare"
	"github.com/aurea-orchestrator/aurea/internal/aureatest"
)

// writeResultsFile writes a file with a result for each latency, in seconds.
func writeResultsFile(t *testing.T, name string, latencies ...float64) string {
	t.Helper()
	var text strings.Builder
	for i, latency := range latencies {
		r := &aurea.Result{
			ID:     fmt.Sprintf("benchmark-%s-%d", filepath.Base(name), i),
			Status: aurea.StatusCompleted, Model: aurea.Closed,
			Counts: aurea.Counts{Planned: 1000, OK: 1000}, Throughput: 8 / latency, MeanLatency: latency,
			Latency: aurea.Summary{Count: 1000, Mean: latency, P50: latency, P90: latency,
				P99: latency, P999: 4 * latency},
		}
		if err := r.WriteJSON(&text, nil); err != nil {
			t.Fatal(err)
		}
	}
	return writeTestFile(t, name, text.String())
}

// The text shows known differences, ~ for unknown ones, and notes.
func TestCompareText(t *testing.T) {
	t.Chdir(t.TempDir())
	base := writeResultsFile(t, "base", 1.01, 1.02, 1.03, 1.04, 1.05, 1.06)
	head := writeResultsFile(t, "head", 1.21, 1.22, 1.23, 1.24, 1.25, 0.9)
	link := func(to, name string) {
		if err := os.Symlink(to, name); err != nil {
			t.Fatal(err)
		}
	}
	link(base, "old.json")
	link(head, "new.json")
	code, got, stderr := runCommand(t, "", "compare", "old.json", "new.json", "--threshold", "10%")
	want := `verdict  too little evidence
base     6 runs of old.json
head     6 runs of new.json
lacks    about 1 more run of each to tell

                  base         head           difference                      p      n
throughput        7.73/s ± 2%  6.531/s ± 36%  ~             [-17.6%, +12.2%]  0.065  6+6
mean_latency      1.035s ± 2%  1.225s ± 27%   ~             [-10.9%, +21.4%]  0.065  6+6
p50               1.035s ± 2%  1.225s ± 27%   ~             [-10.9%, +21.4%]  0.065  6+6
p90               1.035s ± 2%  1.225s ± 27%   ~             [-10.9%, +21.4%]  0.065  6+6
p99               1.035s ± 2%  1.225s ± 27%   ~             [-10.9%, +21.4%]  0.065  6+6
p99.9             4.14s ± 2%   4.9s ± 27%     ~             [-10.9%, +21.4%]  0.065  6+6
error_rate        0% ± 0%      0% ± 0%        +0.00 points  [+0.00, +0.00]    1.000  6+6  same
cost_per_million  0 ± 0%       0 ± 0%         +0.0%         [+0.0%, +0.0%]    1.000  6+6  same

medians of runs; ± and brackets hold the true value with 95 % confidence; differences up to 10 % do not matter, nor 0.1 points of errors
~: no evidence of a difference, nor that there is none
`
	checkExit(t, "aurea compare", code, exitEvidence, stderr)
	checkContains(t, "standard error", stderr, "more runs of each would tell")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Each verdict has its exit code in every format.
func TestCompareExit(t *testing.T) {
	base := writeResultsFile(t, "base", 1.01, 1.02, 1.03, 1.04, 1.05, 1.06)
	slow := writeResultsFile(t, "slow", 1.21, 1.22, 1.23, 1.24, 1.25, 1.26)
	for _, test := range []struct {
		base, head, threshold string
		code                  int
		verdict, stderr       string
	}{
		{base, slow, "5%", exitThreshold, "regression", "worse by evidence in throughput, mean_latency"},
		{slow, base, "5%", exitOK, "improvement", ""},
		{base, base, "5%", exitOK, "no_change", ""},
		{base, slow, "0.5", exitOK, "no_change", ""},
		{writeResultsFile(t, "one", 1), writeResultsFile(t, "two", 9), "5%", exitEvidence, "too_little_evidence",
			"it takes 4 runs of each"},
	} {
		code, text, stderr := runCommand(t, "", "compare", test.base, test.head,
			"--threshold", test.threshold, "-o", "json")
		var c compare.Comparison
		if err := json.Unmarshal([]byte(text), &c); err != nil {
			t.Fatal(err)
		}
		checkExit(t, test.head, code, test.code, stderr)
		if string(c.Verdict) != test.verdict {
			t.Errorf("%s: verdict %s, want %s", test.head, c.Verdict, test.verdict)
		}
		if !strings.Contains(stderr, test.stderr) || (stderr == "") != (test.stderr == "") {
			t.Errorf("%s: standard error has %q, want %q", test.head, stderr, test.stderr)
		}
		args := []string{"compare", test.base, test.head, "--threshold", test.threshold, "-o", "markdown"}
		code, markdown, stderr := runCommand(t, "", args...)
		checkExit(t, test.head+" in Markdown", code, test.code, stderr)
		if !strings.HasPrefix(markdown, "### ") {
			t.Errorf("%s: the Markdown does not begin with a heading:\n%s", test.head, markdown)
		}
		checkContains(t, test.head+" in Markdown", markdown, ": "+strings.ReplaceAll(test.verdict, "_", " ")+"\n")
	}
}

// A side is a file, a directory of files, or several of both.
func TestReadSide(t *testing.T) {
	one, two := writeResultsFile(t, "one.json", 1), writeResultsFile(t, "two,3.json", 1, 2)
	directory := filepath.Join(t.TempDir(), "a [b]")
	if err := os.Mkdir(directory, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, from := range map[string]string{
		"x.json": one, "y.json": two, "notes.txt": writeTestFile(t, "notes", "no result"),
	} {
		if err := os.Symlink(from, filepath.Join(directory, name)); err != nil {
			t.Fatal(err)
		}
	}
	for argument, want := range map[string]side{
		one:                              {results: make([]*aurea.Result, 1)},
		two:                              {results: make([]*aurea.Result, 2)},
		directory:                        {results: make([]*aurea.Result, 3)},
		one + "," + directory:            {results: make([]*aurea.Result, 4)},
		"baseline":                       {ids: []string{"baseline"}},
		"name:a b":                       {ids: []string{"name:a b"}},
		"name:a, b," + one:               {ids: []string{"name:a, b"}, results: make([]*aurea.Result, 1)},
		"benchmark-1,benchmark-2," + one: {ids: []string{"benchmark-1", "benchmark-2"}, results: make([]*aurea.Result, 1)},
	} {
		got, err := readSide(argument)
		if err != nil {
			t.Errorf("%s: %v", argument, err)
			continue
		}
		if len(got.results) != len(want.results) {
			t.Errorf("%s: %d results, want %d", argument, len(got.results), len(want.results))
		}
		if diff := cmp.Diff(want.ids, got.ids); diff != "" {
			t.Errorf("%s: ids (-want +got):\n%s", argument, diff)
		}
	}
}

func TestCompareErrors(t *testing.T) {
	good := writeResultsFile(t, "good.json", 1)
	spec, broken := writeTestFile(t, "spec.json", `{"num_jobs": 5}`),
		writeTestFile(t, "broken.json", `{"benchmark_id": "x"`)
	empty := t.TempDir()
	url, _ := aureatest.Serve(t)
	for _, test := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{good}, exitUsage, "the usage is aurea compare BASE HEAD; got 1 argument; see aurea compare --help"},
		{[]string{good, spec}, exitUsage, "aurea: " + spec +
			": this is no result: it has no benchmark_id or no counts; a result is what aurea run -o json prints"},
		{[]string{broken, good}, exitUsage, "aurea: " + broken + ": the document is not JSON: it ends too early"},
		{[]string{writeTestFile(t, "nothing.json", ""), good}, exitUsage, "nothing.json: there is nothing in it"},
		{[]string{good, "elsewhere"}, exitUsage,
			`aurea: there is no file "elsewhere"; a run is its id, last, name:NAME or label:KEY=VALUE`},
		{[]string{good, empty}, exitUsage, "there is no .json file in the directory"},
		{[]string{good, "benchmark-1", "--server", url}, exitFailure,
			"aurea: head: not found: there is no run whose id begins with benchmark-1"},
		{[]string{"name:x", good, "--server", url}, exitFailure,
			`aurea: base: not found: there is no completed run named "x" with a result`},
		{[]string{good, "baseline", "--server", url}, exitUsage, "aurea: head: baseline cannot be the baseline"},
		{[]string{good, "name:", "--server", url}, exitUsage, "aurea: head: name: must be name:NAME"},
		{[]string{good, good, "--threshold", "x"}, exitUsage,
			`aurea: --threshold must be a share from 0 to 1, such as 5% or 0.05; got "x"`},
		{[]string{good, good, "-o", "pdf"}, exitUsage,
			`aurea: -o must be one of html, json, junit, markdown, text; got "pdf"`},
		{[]string{good, good, "--fail-on", "p99"}, exitUsage,
			`aurea: --fail-on must be a metric, > or <, and a difference, such as "p99 > +5%"; got "p99"`},
		{[]string{"benchmark-1", "benchmark-2", "--server", url}, exitFailure,
			"aurea: not found: there is no run whose id begins with benchmark-1"},
		{[]string{"baseline", "name:x", "--server", url}, exitFailure,
			`aurea: not found: there is no completed run named "x"`},
		{[]string{"name:x", "baseline", "--server", url}, exitUsage, "head: cannot be the baseline"},
		{[]string{"benchmark-1", "benchmark-2", "--server", "wat"}, exitUsage, "aurea: --server: must be a URL"},
	} {
		code, stdout, stderr := runCommand(t, "", append([]string{"compare"}, test.args...)...)
		what := "aurea compare " + strings.Join(test.args, " ")
		checkExit(t, what, code, test.code, stderr)
		checkContains(t, what, stderr, test.want)
		if stdout != "" {
			t.Errorf("%s: standard output has %q", what, stdout)
		}
	}
}

// Alternating real runs are compared from files and at a server.
func TestCompareRuns(t *testing.T) {
	url, _ := aureatest.Serve(t)
	files := map[string]string{"old": "", "new": ""}
	for range 4 {
		for name, took := range map[string]string{"old": "1ms", "new": "100ms"} {
			files[name] += runCommandAt(t, url, "run", "--jobs", "4", "--job-duration", took,
				"--name", name, "-q", "-o", "json")
		}
	}
	for from, args := range map[string][]string{
		"files":  {writeTestFile(t, "old.json", files["old"]), writeTestFile(t, "new.json", files["new"])},
		"server": {"name:old", "name:new", "--server", url},
	} {
		code, text, stderr := runCommand(t, "", append([]string{"compare"}, args...)...)
		checkExit(t, from, code, exitThreshold, stderr)
		checkContains(t, from, text, "verdict  regression\nbase     4 runs of ",
			"workload.duration is 1ms in base and 100ms in head")
	}
}

// A page of -o html is a side.
func TestCompareHTML(t *testing.T) {
	dir := t.TempDir()
	page := filepath.Join(dir, "report.html")
	code, _, stderr := runCommand(t, "", "run", "--quiet", "--jobs", "20", "--job-duration", "1ms", "-o", "html="+page)
	checkExit(t, "aurea run", code, exitOK, stderr)
	_, got, stderr := runCommand(t, "", "compare", page, writeResultsFile(t, "head", 1))
	checkContains(t, "the comparison", got, "base     1 run of "+page+"\n", "\nthroughput ")
	if strings.Contains(stderr, "no result") {
		t.Errorf("the error is %q", stderr)
	}
}

// A side may have results of files and stored runs together, and a file may be
// held against stored runs.
func TestCompareFilesWithRuns(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "history")
	one := keepRun(t, dir, "--name", "api", "--label", "branch=main")
	keepRun(t, dir, "--name", "api", "--label", "branch=main")
	code, _, stderr := runCommand(t, "", "runs", "baseline", "add", "name:api", "--history", dir)
	checkExit(t, "aurea runs baseline add", code, exitOK, stderr)
	_, page, _ := runCommand(t, "", "report", "last", "--history", dir, "-o", "json")
	file, other := writeTestFile(t, "api.json", page), writeResultsFile(t, "other.json", 1)
	for _, test := range []struct {
		base, head string
		runs       [2]int
	}{
		{file, one, [2]int{1, 1}},
		{strings.TrimPrefix(one, runPrefix), file, [2]int{1, 1}},
		{"last", other, [2]int{1, 1}},
		{other, "name:api", [2]int{1, 2}},
		{"baseline", file, [2]int{1, 1}},
		{other + ",label:branch=main", other, [2]int{3, 1}},
		{other, one + "," + other, [2]int{1, 2}},
	} {
		what := test.base + " with " + test.head
		code, text, stderr := runCommand(t, "", "compare", test.base, test.head, "--history", dir, "-o", "json")
		checkExit(t, what, code, exitEvidence, stderr)
		var c compare.Comparison
		if err := json.Unmarshal([]byte(text), &c); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(test.runs, [2]int{c.Base.Runs, c.Head.Runs}); diff != "" {
			t.Errorf("%s: runs (-want +got):\n%s", what, diff)
		}
	}
}

// Runs are compared by their label, and with a baseline of several runs.
func TestCompareStored(t *testing.T) {
	url, _ := aureatest.Serve(t)
	run := func(branch, took string) string {
		out := runCommandAt(t, url, "run", "--jobs", "4", "--job-duration", took, "--name", "api",
			"--label", "branch="+branch, "-q", "-o", "json")
		results, err := aurea.DecodeResults([]byte(out))
		if err != nil {
			t.Fatal(err)
		}
		return results[0].ID
	}
	add := []string{"runs", "baseline", "add"}
	for range 4 {
		add = append(add, run("main", "1ms"))
		run("topic", "100ms")
	}
	code, stdout, stderr := runCommand(t, "", append(add, "--server", url)...)
	checkExit(t, "aurea runs baseline add", code, exitOK, stderr)
	if lines := strings.Count(stdout, ` is in the baseline of "api"`); lines != 4 {
		t.Errorf("aurea runs baseline add prints:\n%s", stdout)
	}
	for _, base := range []string{"label:branch=main", "baseline"} {
		code, text, stderr := runCommand(t, "", "compare", base, "label:branch=topic", "--server", url)
		checkExit(t, base, code, exitThreshold, stderr)
		checkContains(t, base, text, "base     4 runs of "+base)
	}
	remove := append([]string{"runs", "baseline", "remove"}, add[3:6]...)
	code, stdout, stderr = runCommand(t, "", append(remove, "--server", url)...)
	checkExit(t, "aurea runs baseline remove", code, exitOK, stderr)
	checkContains(t, "aurea runs baseline remove", stdout, ` is not in the baseline of "api"`)
	code, text, stderr := runCommand(t, "", "compare", "baseline", "label:branch=topic", "--server", url)
	checkExit(t, "a smaller baseline", code, exitEvidence, stderr)
	checkContains(t, "a smaller baseline", text, "base     1 run of baseline")
}
