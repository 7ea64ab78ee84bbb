package workload

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

	"go.uber.org/goleak"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/platform/platformtest"
)

// everything is a host that offers every kind.
func everything(t testing.TB) Host {
	t.Helper()
	return Host{Dir: t.TempDir(), Commands: listed(t, fmt.Sprintf(`{"commands": {"true": {"path": %q}}}`, found(t, "true")))}
}

// found is the absolute path of a program.
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

// scripted is a host with one command, sh, which runs a script of the test's.
func scripted(t testing.TB, script, more string) Host {
	t.Helper()
	return Host{Commands: listed(t, fmt.Sprintf(`{"commands": {"sh": {"path": %q, "args": ["-c", %q, "sh", "{{args}}"], "schema": {"type": "array"}%s}}}`, found(t, "sh"), script, more))}
}

// runScript runs one job of a script and has nothing be left of it.
func runScript(ctx context.Context, t testing.TB, host Host, args ...any) (Notes, error) {
	t.Helper()
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	parameters := map[string]any{"command": "sh"}
	if len(args) > 0 {
		parameters["args"] = args
	}
	jobs := open(t, host, "exec", parameters, 5)
	notes := NewNotes(jobs.Measures)
	return notes, jobs.Runner.Run(ctx, 7, notes)
}

func TestExec(t *testing.T) {
	notes, err := runScript(t.Context(), t, scripted(t, `printf abc; printf de >&2; for i in 1 2 3 4 5 6 7 8; do :; done`, ""))
	if err != nil {
		t.Fatal(err)
	}
	for i, took := range notes.phases {
		if took < 0 || i != execCPU && took == 0 {
			t.Errorf("phase %d took %v", i, took)
		}
	}
	if notes.counters[execOutput] != 5 {
		t.Errorf("%d bytes of output, want 5", notes.counters[execOutput])
	}
}

// How a program ends is how the job does, and what it said at last is told.
func TestExecFailures(t *testing.T) {
	garbage := filepath.Join(t.TempDir(), "garbage")
	if err := os.WriteFile(garbage, []byte("\x00\x01\x02"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		host        Host
		class, want string
	}{
		{scripted(t, `echo one; echo two >&2; exit 3`, ""), "exit_3", "the program ended with 3: two"},
		{scripted(t, `printf 'a\n\033[31mb\377'; exit 1`, ""), "exit_1", "the program ended with 1: a [31mb?"},
		{scripted(t, `exit 2`, ""), "exit_2", "the program ended with 2"},
		{scripted(t, `echo lost >&2; exit 2`, `, "max_output": 0`), "exit_2", "the program ended with 2"},
		{scripted(t, `kill -TERM $$`, ""), "signal", "the program was ended by a signal: terminated"},
		{scripted(t, `while :; do echo aaaaaaaaaa; done`, `, "max_output": 1000`), "output", "the program wrote more than 1000 bytes, which is the max_output of the operator's list"},
		{Host{Commands: listed(t, fmt.Sprintf(`{"commands": {"sh": {"path": %q}}}`, garbage))}, "start", "cannot start the program: exec format error"},
	} {
		_, err := runScript(t.Context(), t, test.host)
		var failure *Failure
		if !errors.As(err, &failure) || failure.Class != test.class || err.Error() != test.want {
			t.Errorf("%v, want %s, %s", err, test.class, test.want)
		}
	}
	_, err := runScript(t.Context(), t, scripted(t, `i=0; while [ $i -lt 1000 ]; do i=$((i+1)); echo line $i; done; exit 1`, ""))
	if text := message(err); !strings.HasSuffix(text, "line 999 line 1000") || len(text) > tailBytes+50 {
		t.Errorf("of a long output %d bytes are told: %s", len(text), text)
	}
}

// A program whose job is cancelled is killed, whatever it does about signals, and
// all that it has started with it.
func TestExecIsKilled(t *testing.T) {
	leader := filepath.Join(t.TempDir(), "leader")
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		for _, err := os.Stat(leader); err != nil; _, err = os.Stat(leader) {
			time.Sleep(time.Millisecond)
		}
		cancel()
	}()
	_, err := runScript(ctx, t, scripted(t, `trap '' TERM INT HUP; sleep 1000 & echo $$ > "$1.new"; mv "$1.new" "$1"; wait`, ""), leader)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("Run: %v, want the context's error", err)
	}
	checkGone(t, leader)
}

// The time of a program is the job's, and what the operator gives it.
func TestExecTimes(t *testing.T) {
	for more, want := range map[string]string{
		"":                     "context deadline exceeded",
		`, "timeout": "100ms"`: "the program took longer than 100ms, which is the timeout of the operator's list: context deadline exceeded",
	} {
		timeout := time.Minute
		if more == "" {
			timeout = 100 * time.Millisecond
		}
		ctx, cancel := context.WithTimeout(t.Context(), timeout)
		_, err := runScript(ctx, t, scripted(t, `sleep 1000`, more))
		cancel()
		if !errors.Is(err, context.DeadlineExceeded) || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

// checkGone wants nobody left of the group that a file names.
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

// A program that ends leaves nobody behind, and nobody of its group keeps the
// job waiting.
func TestExecEndsItsGroup(t *testing.T) {
	leader := filepath.Join(t.TempDir(), "leader")
	if _, err := runScript(t.Context(), t, scripted(t, `sleep 1000 & echo $$ > "$1"`, ""), leader); err != nil {
		t.Errorf("Run: %v", err)
	}
	checkGone(t, leader)
}

// The program finds nothing but what the operator and the run have for it.
func TestExecEnvironment(t *testing.T) {
	t.Setenv("AUREA_SECRET", "x")
	out := filepath.Join(t.TempDir(), "out")
	host := scripted(t, `env > "$1"; pwd >> "$1"; cat >> "$1"`, fmt.Sprintf(`, "env": {"LANG": "C", "A": "b c"}, "dir": %q`, filepath.Dir(out)))
	if _, err := runScript(t.Context(), t, host, out); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Split(strings.TrimSpace(string(content)), "\n")
	got = slices.DeleteFunc(got, func(line string) bool { // which shells set themselves
		return strings.HasPrefix(line, "PWD=") || strings.HasPrefix(line, "_=") || strings.HasPrefix(line, "SHLVL=") || strings.HasPrefix(line, "OLDPWD=")
	})
	slices.Sort(got)
	want := []string{filepath.Dir(out), "A=b c", "AUREA_JOB=7", "AUREA_SEED=5", "LANG=C", leastEnvironment()[0]}
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("the program finds %q, want %q", got, want)
	}
}

// What a spec tells a command never becomes more than the elements that the
// operator has given it.
func TestExecHasNoShell(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	for _, told := range []string{"$(id)", "`id`", "; exit 9", "a b", "", "'\"\\", "{{job}}", "*", "-n", "ü\n"} {
		host := Host{Commands: listed(t, fmt.Sprintf(`{"commands": {"sh": {"path": %q, "args": ["-c", "printf %%s \"$1\" > %s; exit $(($# - 2))", "sh", "<{{text}}>", "{{job}}", "{{none}}"],
			"schema": {"properties": {"text": {"type": "string"}, "none": true}}}}}`, found(t, "sh"), out))}
		jobs := open(t, host, "exec", map[string]any{"command": "sh", "args": map[string]any{"text": told}}, 1)
		if err := jobs.Runner.Run(t.Context(), 1, Notes{}); err != nil {
			t.Errorf("%q: %v", told, err)
		}
		if content, _ := os.ReadFile(out); string(content) != "<"+told+">" {
			t.Errorf("%q arrives as %q", told, content)
		}
	}
}

// Where the operator has no list there is no exec, and the error says so.
func TestExecIsTheOperators(t *testing.T) {
	err := Host{}.Check(aurea.Plan{Workload: aurea.Workload{Kind: "exec"}})
	if want := "workload.kind: exec runs programs of the operator's list, and there is none; start with --exec-commands FILE"; message(err) != want || !errors.Is(err, aurea.ErrInvalid) {
		t.Errorf("%v, want %s", err, want)
	}
	for _, k := range (Host{}).Kinds() {
		if k.Name == "exec" {
			t.Error("exec is offered")
		}
	}
	host := everything(t)
	host.MaxProcesses = 2
	for text, want := range map[string]string{
		`{}`:                                    "workload.command: is needed: which one, by its name in the operator's list",
		`{"command": "rm"}`:                     `workload.command: must be one of true; got "rm"`,
		`{"command": "true"}`:                   "workload.command: is too much: 3 in flight with a process each; this host gives all jobs together 2 processes (--max-processes)",
		`{"command": "true", "args": {"a": 1}}`: "workload.args: cannot be given: the operator's list has no schema of what to tell this command",
	} {
		err := host.Check(aurea.Plan{Workload: aurea.Workload{Kind: "exec", Parameters: parsed(t, text)}, Concurrency: 3})
		if message(err) != want {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
	var failure *Failure
	runner := open(t, host, "exec", map[string]any{"command": "true"}, 1).Runner.(reminded).Runner.(launcher)
	runner.used.take(2, 2)
	if err := runner.Run(t.Context(), 1, Notes{}); !errors.As(err, &failure) || failure.Class != "limit" || !strings.Contains(err.Error(), "--max-processes") {
		t.Errorf("a third process of two: %v", err)
	}
}

// A program that is not there fails the run, not each of its jobs.
func TestExecOfNothing(t *testing.T) {
	for list, want := range map[string]string{
		`{"path": "/nowhere/at/all"}`: "the command x cannot be run: stat /nowhere/at/all: no such file or directory",
		`{"path": "/etc/passwd"}`:     "the command x cannot be run: /etc/passwd is no program: permission denied",
		`{"path": "/etc"}`:            "the command x cannot be run: /etc is no program: permission denied",
		fmt.Sprintf(`{"path": %q, "dir": "/nowhere"}`, found(t, "true")): "the command x cannot be run: there is no directory /nowhere for it to run in",
	} {
		host := Host{Commands: listed(t, `{"commands": {"x": `+list+`}}`)}
		_, err := host.Open(t.Context(), aurea.Workload{Kind: "exec", Parameters: map[string]any{"command": "x"}}, 1)
		if message(err) != want {
			t.Errorf("%s: %v, want %s", list, err, want)
		}
	}
}
