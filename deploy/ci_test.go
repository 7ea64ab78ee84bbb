package deploy_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea/internal/aureatest"
)

// An action is the part of action.yml that the tests use.
type action struct {
	Inputs map[string]struct {
		Default  string
		Required bool
	}
	Outputs map[string]struct{ Value string }
	Runs    struct {
		Using string
		Steps []actionStep
	}
}

type actionStep struct {
	ID, Name, Uses, If, Shell, Run string
	Env, With                      map[string]string
}

// A job is a job of a workflow that uses the action.
type job struct {
	t         *testing.T
	workspace string
	values    map[string]string // of expressions, such as inputs.spec
	env       []string
}

var placeholder = regexp.MustCompile(`\$\{\{ *([^} ]+) *\}\}`)

// evaluate replaces the expressions of a text.
func (j *job) evaluate(text string) string {
	return placeholder.ReplaceAllStringFunc(text, func(match string) string {
		name := placeholder.FindStringSubmatch(match)[1]
		value, known := j.values[name]
		if !known {
			j.t.Errorf("the action uses %s, which it does not have", name)
		}
		return value
	})
}

// newJob returns a job in an empty workspace with the inputs of the action.
func newJob(t *testing.T, a action, inputs map[string]string) *job {
	t.Helper()
	temp := t.TempDir()
	j := &job{t: t, workspace: t.TempDir(), values: map[string]string{
		"runner.temp": temp, "github.action_path": root, "github.token": "secret", "github.event_name": "pull_request",
	}}
	for name, input := range a.Inputs {
		value, given := inputs[name]
		if !given {
			value = j.evaluate(input.Default)
		}
		if input.Required && value == "" {
			t.Errorf("%s is not given", name)
		}
		j.values["inputs."+name] = value
	}
	j.env = append(os.Environ(), "GITHUB_ACTION_PATH="+root, "RUNNER_TEMP="+temp, "AUREA_NO_HISTORY=true",
		"GITHUB_OUTPUT="+filepath.Join(temp, "output"), "GITHUB_STEP_SUMMARY="+filepath.Join(temp, "summary"),
		"GITHUB_REF=refs/pull/12/merge", "GITHUB_REPOSITORY=acme/api")
	return j
}

// run runs a step and returns its exit code. The outputs of the step become values.
func (j *job) run(step actionStep) int {
	j.t.Helper()
	command := exec.CommandContext(j.t.Context(), "bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", j.evaluate(step.Run))
	command.Dir, command.Env = j.workspace, j.env
	for name, value := range step.Env {
		command.Env = append(command.Env, name+"="+j.evaluate(value))
	}
	output, err := command.CombinedOutput()
	if exit := new(exec.ExitError); err != nil && !errors.As(err, &exit) {
		j.t.Fatalf("%s: %v", step.Name, err)
	}
	j.t.Logf("%s: %s", step.Name, output)
	for line := range strings.Lines(j.file("output")) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		j.values["steps."+step.ID+".outputs."+name] = value
	}
	return command.ProcessState.ExitCode()
}

// file returns a file of the runner; "" if there is none.
func (j *job) file(name string) string {
	content, _ := os.ReadFile(filepath.Join(j.values["runner.temp"], name))
	return string(content)
}

func (j *job) write(name, content string, mode os.FileMode) {
	j.t.Helper()
	path := filepath.Join(j.workspace, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		j.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), mode); err != nil {
		j.t.Fatal(err)
	}
}

// useBinary puts a program where the action's build puts aurea.
func (j *job) useBinary(program string) {
	j.t.Helper()
	if err := os.Symlink(program, filepath.Join(j.values["runner.temp"], "aurea")); err != nil {
		j.t.Fatal(err)
	}
}

// runAction runs the action without its build, and returns the last exit code.
func runAction(j *job, a action) (code int) {
	for _, step := range a.Runs.Steps {
		if step.Run != "" && step.Name != "Build aurea" {
			code = j.run(step)
		}
	}
	return code
}

func readAction(t *testing.T) action { return parse[action](t, read(t, "action.yml")) }

// The action uses the versions of the workflows, and no input reaches a script but
// by the environment, where it cannot be code.
func TestActionIsSafe(t *testing.T) {
	a := readAction(t)
	if a.Runs.Using != "composite" {
		t.Errorf("the action is %s", a.Runs.Using)
	}
	ci := read(t, ".github/workflows/ci.yaml")
	for _, step := range a.Runs.Steps {
		if step.Uses != "" && !strings.Contains(ci, step.Uses+" ") {
			t.Errorf("%s is not what ci.yaml uses", step.Uses)
		}
		if strings.Contains(step.Run, "${{") {
			t.Errorf("%s has an expression in its script: %s", step.Name, step.Run)
		}
		if step.Run != "" && step.Shell != "bash" {
			t.Errorf("%s runs in %q", step.Name, step.Shell)
		}
	}
}

// The action's build makes the program that its benchmark runs.
func TestActionBuilds(t *testing.T) {
	aureatest.Need(t, "go")
	a := readAction(t)
	j := newJob(t, a, map[string]string{"spec": "bench.yaml"})
	j.write("bench.yaml", "num_jobs: 5\nworkload: {kind: noop}\n", 0o600)
	for _, step := range a.Runs.Steps {
		if step.Name == "Build aurea" || step.Name == "Benchmark" {
			if code := j.run(step); code != 0 {
				t.Errorf("%s exits with %d", step.Name, code)
			}
		}
	}
	if code := j.values["steps.gate.outputs.exit-code"]; code != "0" {
		t.Errorf("the benchmark exits with %q", code)
	}
}

// The reports replace those of the run before. What else is in their directory,
// which may be the checkout itself, is left alone.
func TestGateKeepsOtherFiles(t *testing.T) {
	j := newJob(t, readAction(t), map[string]string{"spec": "bench.yaml"})
	j.write("bench.yaml", benchSpec, 0o600)
	j.env = append(j.env, "GATE_AUREA="+aureatest.Binary(t), "GATE_SPEC="+filepath.Join(j.workspace, "bench.yaml"),
		"GATE_OUT="+j.workspace)
	for range 2 {
		if code := j.run(actionStep{Name: "gate", Run: root + "/deploy/ci/gate"}); code != 0 {
			t.Errorf("it exits with %d", code)
		}
	}
	if spec := j.workspaceFile("bench.yaml"); spec != benchSpec {
		t.Errorf("the spec in the directory is %q", spec)
	}
	if n := strings.Count(j.workspaceFile("results.json"), `"benchmark_id"`); n != 1 {
		t.Errorf("there are %d results, want those of the last run alone", n)
	}
}

const benchSpec = "num_jobs: 100\nconcurrency: 20\nthresholds: [p99 < 1h]\nworkload: {kind: sleep, duration: 2ms, jitter: 0.2}\n"

// The spec may be the URL of a target. The outputs of the action are the code that
// it exits with and the directory of its reports, and the summary of the job is the
// report of the last run.
func TestActionRunsURL(t *testing.T) {
	target := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer target.Close()
	a := readAction(t)
	for _, test := range []struct{ args, title, code string }{
		{`-n 40 -c 4 --name "the target"`, "### the target: DONE\n", "0"},
		{`-n 40 -c 4 --name "the target" --threshold "p99 < 1ns"`, "### the target: FAIL\n", "3"},
	} {
		j := newJob(t, a, map[string]string{"spec": target.URL, "args": test.args, "out": "reports", "comment": "false"})
		j.useBinary(aureatest.Binary(t))
		code := runAction(j, withoutComment(a))
		outputs := map[string]string{}
		for name, output := range a.Outputs {
			outputs[name] = j.evaluate(output.Value)
		}
		want := map[string]string{"exit-code": test.code, "out": "reports"}
		if diff := cmp.Diff(want, outputs); diff != "" || strconv.Itoa(code) != test.code {
			t.Errorf("%s: it exits with %d, and the outputs (-want +got):\n%s", test.args, code, diff)
		}
		summary := j.file("summary")
		if !strings.HasPrefix(summary, test.title) || summary != j.workspaceFile("reports/summary.md") {
			t.Errorf("%s: the summary is\n%s", test.args, summary)
		}
		for name, want := range map[string]string{
			"results.json": `"ok":40`, "junit.xml": "<testsuite", "report.html": "the target",
		} {
			if file := j.workspaceFile("reports/" + name); !strings.Contains(file, want) {
				t.Errorf("%s: %s lacks %q:\n%.300s", test.args, name, want, file)
			}
		}
	}
}

// The action runs a spec, writes the summary of the job, comments, and exits as
// aurea does.
func TestActionGates(t *testing.T) {
	a := readAction(t)
	for what, test := range map[string]struct {
		inputs   map[string]string
		code     int
		summary  []string
		baseline bool
	}{
		"passes":            {nil, 0, []string{"p99"}, false},
		"a threshold fails": {map[string]string{"args": `--threshold "p99 < 1ns"`}, 3, []string{"p99"}, false},
		"wrong usage":       {map[string]string{"args": "--job 5"}, 2, nil, false},
		"an open quote":     {map[string]string{"args": `--name "a`}, 2, nil, false},
		"no baseline yet":   {map[string]string{"baseline": "base.json"}, 0, []string{"There is no baseline yet at `base.json`"}, false},
		"too little evidence": {map[string]string{"baseline": "base.json"}, 0,
			[]string{"too little evidence", "Too little evidence to tell a difference from chance: more runs would tell."}, true},
		"evidence is required": {map[string]string{"baseline": "base.json", "evidence": "required"}, 5,
			[]string{"too little evidence"}, true},
		"a regression": {map[string]string{"baseline": "base.json", "runs": "6", "args": "--job-duration 60ms"}, 3,
			[]string{"regression", "throughput"}, true},
	} {
		t.Run(what, func(t *testing.T) {
			inputs := map[string]string{"spec": "bench.yaml", "comment": "false"}
			for name, value := range test.inputs {
				inputs[name] = value
			}
			j := newJob(t, a, inputs)
			j.useBinary(aureatest.Binary(t))
			j.write("bench.yaml", benchSpec, 0o600)
			if test.baseline {
				j.write("base.json", baselineResults(t), 0o600)
			}
			if code := runAction(j, withoutComment(a)); code != test.code {
				t.Errorf("it exits with %d, want %d", code, test.code)
			}
			for _, want := range test.summary {
				if summary := j.file("summary"); !strings.Contains(summary, want) {
					t.Errorf("the summary lacks %q:\n%s", want, summary)
				}
			}
		})
	}
}

// withoutComment returns the action without its comment.
func withoutComment(a action) action {
	var steps []actionStep
	for _, step := range a.Runs.Steps {
		if step.Name != "Comment" {
			steps = append(steps, step)
		}
	}
	a.Runs.Steps = steps
	return a
}

// baselineResults returns the results of six runs of the spec.
func baselineResults(t *testing.T) string {
	t.Helper()
	spec := filepath.Join(t.TempDir(), "bench.yaml")
	if err := os.WriteFile(spec, []byte(benchSpec), 0o600); err != nil {
		t.Fatal(err)
	}
	var results strings.Builder
	for range 6 {
		command := exec.CommandContext(t.Context(), aureatest.Binary(t), "run", spec, "-q", "-o", "json", "--no-history")
		output, err := command.Output()
		if err != nil {
			t.Fatal(err)
		}
		results.Write(output)
	}
	return results.String()
}

// With a base the two versions are run in turns by aurea ab, whose exit code is the
// action's. A fake aurea notes how it is called.
func TestActionComparesVersions(t *testing.T) {
	a := readAction(t)
	for code, want := range map[int]int{0: 0, 3: 3, 5: 0, 2: 2} {
		j := newJob(t, a, map[string]string{"spec": "new.yaml", "base": "old.yaml", "args": `--fail-on "p99 > +5%"`})
		j.write("fake", fmt.Sprintf("#!/bin/sh\nprintf '%%s\\n' \"$@\" >called\necho '### verdict' >aurea-report/summary.md\nexit %d\n",
			code), 0o700)
		j.useBinary(filepath.Join(j.workspace, "fake"))
		if got := runAction(j, withoutComment(a)); got != want {
			t.Errorf("with the exit code %d of aurea the action's is %d, want %d", code, got, want)
		}
		called, err := os.ReadFile(filepath.Join(j.workspace, "called"))
		if err != nil {
			t.Fatal(err)
		}
		wantCall := []string{"ab", "old.yaml", "new.yaml", "-n", "10", "--threshold", "5%", "-o", "text",
			"-o", "markdown=aurea-report/summary.md", "-o", "json=aurea-report/results.json", "--fail-on", "p99 > +5%", ""}
		if diff := cmp.Diff(wantCall, strings.Split(string(called), "\n")); diff != "" {
			t.Errorf("the call (-want +got):\n%s", diff)
		}
		if summary := j.file("summary"); !strings.HasPrefix(summary, "### verdict\n") {
			t.Errorf("the summary is %q", summary)
		}
	}
}

// The comment is written once and replaced by the next run. A fake gh keeps the
// comments in files; without permission the job goes on.
func TestActionComments(t *testing.T) {
	j := newJob(t, readAction(t), map[string]string{"spec": "bench.yaml"})
	j.write("bin/gh", `#!/bin/sh
printf '%s\n' "$*" >>"$FAKE/calls"
case "$*" in
*--paginate*) cat "$FAKE/id" 2>/dev/null ;;
*DENIED*) exit 1 ;;
*) for last; do :; done; cp "${last#body=@}" "$FAKE/body" ;;
esac
`, 0o700)
	j.env = append(j.env, "PATH="+filepath.Join(j.workspace, "bin")+":"+os.Getenv("PATH"), "FAKE="+j.workspace)
	comment := actionStep{Name: "comment", Run: root + "/deploy/ci/comment summary.md api"}
	if code := j.run(comment); code != 0 {
		t.Errorf("without a summary it exits with %d", code)
	}
	if calls := j.workspaceFile("calls"); calls != "" {
		t.Errorf("without a summary it calls %s", calls)
	}
	j.write("summary.md", "### passed\n", 0o600)
	j.run(comment)
	if body := j.workspaceFile("body"); body != "<!-- aurea: api -->\n### passed\n" {
		t.Errorf("the comment is %q", body)
	}
	if calls := j.workspaceFile("calls"); !strings.Contains(calls, "api --method POST repos/acme/api/issues/12/comments -F body=@") {
		t.Errorf("it calls %s", calls)
	}
	j.write("id", "77\n", 0o600)
	j.run(comment)
	if calls := j.workspaceFile("calls"); !strings.Contains(calls, "api --method PATCH repos/acme/api/issues/comments/77 -F body=@") {
		t.Errorf("the second time it calls %s", calls)
	}
	j.write("id", "DENIED\n", 0o600)
	if code := j.run(comment); code != 0 {
		t.Errorf("without permission it exits with %d", code)
	}
}

func (j *job) workspaceFile(name string) string {
	content, _ := os.ReadFile(filepath.Join(j.workspace, name))
	return string(content)
}

// The job of the GitLab example runs, and makes its results the baseline on the
// default branch.
func TestGitLabExample(t *testing.T) {
	example := parse[map[string]struct {
		Variables map[string]string
		Script    []string
		Artifacts struct{ Reports map[string]string }
	}](t, read(t, "deploy/ci/gitlab-ci.yml"))["benchmark"]
	j := newJob(t, readAction(t), map[string]string{"spec": "bench.yaml"})
	j.write("bench.yaml", benchSpec, 0o600)
	j.env = append(j.env, "GATE_AUREA="+aureatest.Binary(t), "CI_COMMIT_BRANCH=main", "CI_DEFAULT_BRANCH=main")
	for name, value := range example.Variables {
		j.env = append(j.env, name+"="+value)
	}
	j.env = append(j.env, "GATE_RUNS=2")
	script := strings.ReplaceAll(strings.Join(example.Script, "\n"), "/opt/aurea", root)
	if code := j.run(actionStep{Name: "script", Run: script}); code != 0 {
		t.Errorf("it exits with %d", code)
	}
	if n := strings.Count(j.workspaceFile("baseline/results.json"), `"benchmark_id"`); n != 2 {
		t.Errorf("the baseline has %d results, want 2", n)
	}
	if report := j.workspaceFile(example.Artifacts.Reports["junit"]); !strings.Contains(report, "<testsuite") {
		t.Errorf("the report is %q", report)
	}
}
