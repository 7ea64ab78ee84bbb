package execjob

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/platform/platformtest"
	"github.com/aurea-orchestrator/aurea/internal/workload"
	"github.com/aurea-orchestrator/aurea/internal/workload/workloadtest"
)

// found returns the absolute path of a program.
func found(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// listed reads an operator's list.
func listed(t testing.TB, list string) map[string]Command {
	t.Helper()
	commands, err := ParseCommands([]byte(list))
	if err != nil {
		t.Fatal(err)
	}
	return commands
}

// with returns the kind exec with an operator's list of commands.
func with(t testing.TB, policy workload.Policy, list string) *workload.Set {
	t.Helper()
	return workload.NewSet(policy, Kind(listed(t, list)))
}

// onlyTrue returns exec with one command, true.
func onlyTrue(t testing.TB, policy workload.Policy) *workload.Set {
	t.Helper()
	return with(t, policy, fmt.Sprintf(`{"commands": {"true": {"path": %q}}}`, found(t, "true")))
}

// scripted returns exec with one command, sh, which runs the given script.
func scripted(t testing.TB, script, more string) *workload.Set {
	t.Helper()
	return with(t, workload.Policy{}, fmt.Sprintf(
		`{"commands": {"sh": {"path": %q, "args": ["-c", %q, "sh", "{{args}}"], "schema": {"type": "array"}%s}}}`,
		found(t, "sh"), script, more))
}

// call returns an exec workload with the given parameters.
func call(parameters map[string]any) aurea.Workload {
	return aurea.Workload{Kind: "exec", Parameters: parameters}
}

// runScript runs one job of a script, number 7, and checks that it leaves no
// goroutine.
func runScript(ctx context.Context, t testing.TB, set *workload.Set, args ...any) (workload.JobMetrics, error) {
	t.Helper()
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	parameters := map[string]any{"command": "sh"}
	if len(args) > 0 {
		parameters["args"] = args
	}
	jobs := workloadtest.Open(t, set, call(parameters))
	metrics := workload.NewJobMetrics(jobs.Metrics)
	return metrics, jobs.Runner.Run(ctx, 7, metrics)
}

// A job reports the phases of its program, and the bytes of both its outputs.
func TestExec(t *testing.T) {
	const script = `printf abc; printf de >&2; for i in 1 2 3 4 5 6 7 8; do :; done`
	metrics, err := runScript(t.Context(), t, scripted(t, script, ""))
	if err != nil {
		t.Fatal(err)
	}
	for i, took := range metrics.Phases() {
		if took < 0 {
			t.Errorf("phase %d was not reported", i)
		}
		if i != phaseCPU && took == 0 {
			t.Errorf("phase %d took no time", i)
		}
	}
	if metrics.Counters()[countOutput] != 5 {
		t.Errorf("counted %d bytes of output, want 5", metrics.Counters()[countOutput])
	}
}

// The failure of a job has the exit code or signal of its program as its class,
// and the end of the program's output in its message.
func TestExecFailures(t *testing.T) {
	garbage := filepath.Join(t.TempDir(), "garbage")
	if err := os.WriteFile(garbage, []byte("\x00\x01\x02"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		set         *workload.Set
		class, want string
	}{
		{scripted(t, `echo one; echo two >&2; exit 3`, ""), "exit_3", "the program ended with 3: two"},
		{scripted(t, `printf 'a\n\033[31mb\377'; exit 1`, ""), "exit_1", "the program ended with 1: a [31mb?"},
		{scripted(t, `exit 2`, ""), "exit_2", "the program ended with 2"},
		{scripted(t, `echo lost >&2; exit 2`, `, "max_output": 0`), "exit_2", "the program ended with 2"},
		{scripted(t, `kill -TERM $$`, ""), "signal", "the program was ended by a signal: terminated"},
		{
			scripted(t, `while :; do echo aaaaaaaaaa; done`, `, "max_output": 1000`),
			"output", "the program wrote more than 1000 bytes, which is the max_output of the operator's list",
		},
		{
			with(t, workload.Policy{}, fmt.Sprintf(`{"commands": {"sh": {"path": %q}}}`, garbage)),
			"start", "cannot start the program: exec format error",
		},
	} {
		_, err := runScript(t.Context(), t, test.set)
		if class := (workloadtest.Outcome{Err: err}).Class(); class != test.class {
			t.Errorf("%s: class %q, want %q", test.want, class, test.class)
		}
		if got := workloadtest.Message(err); got != test.want {
			t.Errorf("Run = %q, want %q", got, test.want)
		}
	}
}

// The message of a failure has only the end of a long output.
func TestExecFailureOfALongOutput(t *testing.T) {
	const script = `i=0; while [ $i -lt 1000 ]; do i=$((i+1)); echo line $i; done; exit 1`
	_, err := runScript(t.Context(), t, scripted(t, script, ""))
	message := workloadtest.Message(err)
	if !strings.HasSuffix(message, "line 999 line 1000") {
		t.Errorf("Run = %s, want the last lines of the output", message)
	}
	if len(message) > tailBytes+50 {
		t.Errorf("the message has %d bytes, want at most %d of the output", len(message), tailBytes)
	}
}

// When a job is cancelled, its program is killed even if it ignores signals,
// together with the processes that it has started.
func TestExecIsKilled(t *testing.T) {
	leader := filepath.Join(t.TempDir(), "leader")
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		for _, err := os.Stat(leader); err != nil; _, err = os.Stat(leader) {
			time.Sleep(time.Millisecond)
		}
		cancel()
	}()
	const script = `trap '' TERM INT HUP; sleep 1000 & echo $$ > "$1.new"; mv "$1.new" "$1"; wait`
	if _, err := runScript(ctx, t, scripted(t, script, ""), leader); !errors.Is(err, context.Canceled) {
		t.Errorf("Run = %v, want %v", err, context.Canceled)
	}
	checkGone(t, leader)
}

// A program ends at the job's deadline, and at the timeout of the operator's list.
func TestExecTimeouts(t *testing.T) {
	for more, want := range map[string]string{
		"": "context deadline exceeded",
		`, "timeout": "100ms"`: "the program took longer than 100ms, " +
			"which is the timeout of the operator's list: context deadline exceeded",
	} {
		timeout := time.Minute
		if more == "" {
			timeout = 100 * time.Millisecond
		}
		ctx, cancel := context.WithTimeout(t.Context(), timeout)
		_, err := runScript(ctx, t, scripted(t, `sleep 1000`, more))
		cancel()
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Run = %v, want it to wrap %v", err, context.DeadlineExceeded)
		}
		if got := workloadtest.Message(err); got != want {
			t.Errorf("Run = %q, want %q", got, want)
		}
	}
}

// checkGone waits until no process is left of the group whose leader's id a file
// contains.
func checkGone(t *testing.T, file string) {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	group, err := strconv.Atoi(strings.TrimSpace(string(content)))
	if err != nil {
		t.Fatal(err)
	}
	platformtest.AwaitGroupEnd(t, group)
}

// When a program ends, the job does not wait for other processes of its group.
// They are killed.
func TestExecEndsItsGroup(t *testing.T) {
	leader := filepath.Join(t.TempDir(), "leader")
	if _, err := runScript(t.Context(), t, scripted(t, `sleep 1000 & echo $$ > "$1"`, ""), leader); err != nil {
		t.Errorf("Run = %v", err)
	}
	checkGone(t, leader)
}

// The environment of a program is what the operator's list and the run give it,
// and nothing of this process. Its standard input is empty.
func TestExecEnvironment(t *testing.T) {
	t.Setenv("AUREA_SECRET", "x")
	out := filepath.Join(t.TempDir(), "out")
	set := scripted(t, `env > "$1"; pwd >> "$1"; cat >> "$1"`,
		fmt.Sprintf(`, "env": {"LANG": "C", "A": "b c"}, "dir": %q`, filepath.Dir(out)))
	if _, err := runScript(t.Context(), t, set, out); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Split(strings.TrimSpace(string(content)), "\n")
	got = slices.DeleteFunc(got, func(line string) bool {
		name, _, _ := strings.Cut(line, "=")
		return slices.Contains([]string{"PWD", "_", "SHLVL", "OLDPWD"}, name) // shells set them
	})
	slices.Sort(got)
	want := []string{filepath.Dir(out), "A=b c", "AUREA_JOB=7", "AUREA_SEED=1", "LANG=C", minimalEnvironment()[0]}
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("environment, directory and input (-want +got):\n%s", diff)
	}
}

// A text of a spec stays one argument, byte for byte: no shell splits or expands
// it.
func TestExecHasNoShell(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	for _, text := range []string{"$(id)", "`id`", "; exit 9", "a b", "", "'\"\\", "{{job}}", "*", "-n", "ü\n"} {
		set := with(t, workload.Policy{}, fmt.Sprintf(`{"commands": {"sh": {
			"path": %q,
			"args": ["-c", "printf %%s \"$1\" > %s; exit $(($# - 2))", "sh", "<{{text}}>", "{{job}}", "{{none}}"],
			"schema": {"properties": {"text": {"type": "string"}, "none": true}}
		}}}`, found(t, "sh"), out))
		parameters := map[string]any{"command": "sh", "args": map[string]any{"text": text}}
		jobs := workloadtest.Open(t, set, call(parameters))
		if err := jobs.Runner.Run(t.Context(), 1, workload.JobMetrics{}); err != nil {
			t.Errorf("%q: %v", text, err)
		}
		if content, _ := os.ReadFile(out); string(content) != "<"+text+">" {
			t.Errorf("the program gets %q for %q", content, text)
		}
	}
}

// Without an operator's list the kind is not available, and the error says why.
func TestExecWithoutAList(t *testing.T) {
	none := workload.NewSet(workload.Policy{}, Kind(nil))
	const unavailable = "workload.kind: exec runs programs of the operator's list, and there is none; " +
		"start with --exec-commands FILE"
	if _, err := none.Resolve(aurea.Plan{Workload: call(nil)}); !errors.Is(err, aurea.ErrInvalid) {
		t.Errorf("%v is not an ErrInvalid", err)
	}
	if got := workloadtest.Refusal(none, call(nil), 0); got != unavailable {
		t.Errorf("%s, want %s", got, unavailable)
	}
	if kinds := none.Kinds(); len(kinds) != 0 {
		t.Errorf("Kinds = %v, want none", kinds)
	}
}

// A spec that the list or the policy does not allow is refused.
func TestWrongExec(t *testing.T) {
	set := onlyTrue(t, workload.Policy{MaxProcesses: 2})
	for text, want := range map[string]string{
		`{}`:                "workload.command: is needed: which one, by its name in the operator's list",
		`{"command": "rm"}`: `workload.command: must be one of true; got "rm"`,
		`{"command": "true"}`: "workload.command: is too much: 3 in flight with a process each; " +
			"this host gives all jobs together 2 processes (--max-processes)",
		`{"command": "true", "args": {"a": 1}}`: "workload.args: cannot be given: " +
			"the operator's list has no schema of what to tell this command",
	} {
		if got := workloadtest.Refusal(set, call(workloadtest.Parse(t, text)), 3); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

// A job for which the limit has no process left fails with class limit.
func TestExecJobBeyondTheLimit(t *testing.T) {
	p := params{limit: workload.Policy{MaxProcesses: 2}.ProcessLimit()}
	runner := execRunner{p, new(workload.Meter)}
	runner.used.Take(2, runner.limit)
	err := runner.Run(t.Context(), 1, workload.JobMetrics{})
	if class := (workloadtest.Outcome{Err: err}).Class(); class != "limit" {
		t.Errorf("class %q, want limit", class)
	}
	if !strings.Contains(workloadtest.Message(err), "--max-processes") {
		t.Errorf("Run = %v, want the flag --max-processes named", err)
	}
}

// A program that cannot be run fails the run when it is opened, not each job.
func TestExecOfAMissingProgram(t *testing.T) {
	for list, want := range map[string]string{
		`{"path": "/nowhere/at/all"}`: "the command x cannot be run: stat /nowhere/at/all: no such file or directory",
		`{"path": "/etc/passwd"}`:     "the command x cannot be run: /etc/passwd is no program: permission denied",
		`{"path": "/etc"}`:            "the command x cannot be run: /etc is no program: permission denied",
		fmt.Sprintf(`{"path": %q, "dir": "/nowhere"}`, found(t, "true")): "the command x cannot be run: " +
			"there is no directory /nowhere for it to run in",
	} {
		set := with(t, workload.Policy{}, `{"commands": {"x": `+list+`}}`)
		resolved, err := set.Resolve(aurea.Plan{Workload: call(map[string]any{"command": "x"})})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := resolved.Open(t.Context()); workloadtest.Message(err) != want {
			t.Errorf("%s: %v, want %s", list, err, want)
		}
	}
}
