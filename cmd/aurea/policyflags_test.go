package main

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/aureatest"
)

// shellPath returns the path of sh.
func shellPath(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("sh")
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// writeScriptCommand writes a list with one command, sh. It runs a script whose
// argument is the parameter file.
func writeScriptCommand(t *testing.T, script string) string {
	t.Helper()
	return writeTestFile(t, "commands.yaml", fmt.Sprintf(`
commands:
  sh:
    path: %s
    args: ["-c", %q, "sh", "{{file}}"]
    schema: {properties: {file: {type: string}}, additionalProperties: false}
`, shellPath(t), script))
}

// Invalid flags, and jobs beyond their limits, are wrong usage.
func TestPolicyFlagErrors(t *testing.T) {
	list := writeTestFile(t, "commands.yaml", "commands:\n  a:\n    path: /a\n  b:\n    path: b\n    timeout: 5\n")
	for _, test := range []struct {
		args string
		want string
	}{
		{"run --jobs 5 --max-memory lots", `--max-memory must be a number of bytes such as 2GB, 512MiB or 1048576; got "lots"; see aurea run --help`},
		{"run --jobs 5 --max-processes -1", "--max-processes must be at least 1; got -1; see aurea run --help"},
		{"run --jobs 5 --workload exec",
			"aurea: --workload: exec runs programs of the operator's list, and there is none; start with " +
				"--exec-commands FILE"},
		{"run --jobs 5 --workload memory --max-memory 1MB",
			"aurea: --param bytes: is too much: 5 in flight with 16 MiB of memory each; this host gives all jobs " +
				"together 976.6 KiB of memory (--max-memory)"},
		{"run --jobs 5 --workload disk --max-disk 4MiB",
			"aurea: --param bytes: is too much: 5 in flight with 1 MiB of disk each; this host gives all jobs " +
				"together 4 MiB of disk (--max-disk)"},
		{"serve --exec-commands /nowhere",
			"aurea: --exec-commands: open /nowhere: no such file or directory; see aurea serve --help"},
		{"serve --exec-commands " + writeTestFile(t, "broken.yaml", "a: ["), "aurea: --exec-commands: "},
		{"serve --exec-commands " + writeTestFile(t, "keys.yaml", "commands: {1: {path: /a}}"), "every key must be a string"},
		{"workloads --exec-commands " + list, "aurea: " + list + `:6:5: commands.b.timeout: must be a duration such as "250ms" from 1ms to 1h; got 5`},
	} {
		code, _, stderr := runCommand(t, "", strings.Fields(test.args)...)
		if code != exitUsage || !strings.Contains(stderr, test.want) {
			t.Errorf("aurea %s: exit %d, %q; want %d, %q", test.args, code, stderr, exitUsage, test.want)
		}
	}
	t.Setenv("AUREA_MAX_MEMORY", "1MiB")
	_, _, stderr := runCommand(t, "", "run", "--jobs", "5", "--workload", "memory")
	checkContains(t, "the error with AUREA_MAX_MEMORY", stderr, "this host gives all jobs together 1 MiB of memory")
}

// There is a kind exec only with a list of commands, which are its options.
func TestWorkloadsWithExecCommands(t *testing.T) {
	_, without, _ := runCommand(t, "", "workloads")
	_, with, _ := runCommand(t, "", "workloads", "--exec-commands", writeScriptCommand(t, ""))
	if strings.Contains(without, "exec") {
		t.Errorf("without a list there is a kind exec:\n%s", without)
	}
	checkContains(t, "aurea workloads with a list", with, "exec ", "one of sh, needed")
}

// Parts, steps, injected failures and timeouts work for all kinds together.
func TestLocalKindsTogether(t *testing.T) {
	scratch := t.TempDir()
	list := writeScriptCommand(t, `read -r line < "$1"; [ -e "$1" ] || exit 3`)
	_, result := runForResult(t, localKindsSpec, "-", "--scratch", scratch, "--exec-commands", list)
	checkOutcomes(t, result)
	session := partCounts(result)["session"]
	for name, least := range map[string]int64{
		"session.take.bytes_read":  100000 * session.OK,
		"session.store.bytes_read": 10000 * session.OK,
		"hang.bytes_read":          0,
	} {
		if amount, ok := result.Counters.Get(name); !ok || amount.Total < least {
			t.Errorf("%s is %+v, want at least %d", name, amount, least)
		}
	}
	for _, name := range []string{
		"session.take", "session.take.touch", "session.store.fsync", "session.tell.run", "wrong.cpu",
	} {
		if phase, ok := result.Phases.Get(name); !ok || phase.Count == 0 {
			t.Errorf("%s is %+v, want samples", name, phase)
		}
	}
	if left, _ := os.ReadDir(scratch); len(left) > 0 {
		t.Errorf("%v is left", left)
	}
}

// localKindsSpec has parts that succeed and fail, time out, and fail.
const localKindsSpec = `
num_jobs: 60
concurrency: 8
timeout: 1s
seed: 3
workload:
  kind: mix
  parts:
    - weight: 4
      name: session
      workload:
        kind: steps
        steps:
          - {kind: memory, name: take, bytes: 100000, pattern: random}
          - {kind: disk, name: store, bytes: 10000, op: mixed, failure: {rate: 0.2}}
          - {kind: exec, name: tell, command: sh, args: {file: "/dev/null"}}
    - {weight: 1, name: hang, workload: {kind: disk, op: read, bytes: 1000, failure: {kind: timeout, rate: 1}}, }
    - {weight: 1, name: wrong, workload: {kind: exec, command: sh, args: {file: /nowhere/at/all}}}
`

// partCounts returns the counts of the parts of a mix by name.
func partCounts(result aurea.Result) map[string]aurea.Counts {
	counts := map[string]aurea.Counts{}
	for _, part := range result.Parts {
		counts[part.Name] = part.Counts
	}
	return counts
}

// checkOutcomes checks the counts of the parts of localKindsSpec, and the errors.
func checkOutcomes(t *testing.T, result aurea.Result) {
	t.Helper()
	counts := partCounts(result)
	session, hang, wrong := counts["session"], counts["hang"], counts["wrong"]
	if session.OK == 0 || session.Failed == 0 {
		t.Errorf("the part session has %+v, want some ok and some failed", session)
	}
	if hang.Timeout == 0 || hang.Timeout != hang.Planned {
		t.Errorf("the part hang has %+v, want timeouts only", hang)
	}
	if wrong.Failed == 0 || wrong.OK > 0 {
		t.Errorf("the part wrong has %+v, want failures only", wrong)
	}
	classes := map[string]int64{}
	for _, failure := range result.Errors {
		classes[failure.Class] = failure.Count
	}
	got := classes["injected"] + classes["exit_2"] + classes["exit_3"]
	if want := session.Failed + wrong.Failed + hang.Timeout; got != want {
		t.Errorf("%d failures are injected or of the script, want all %d: %+v", got, want, result.Errors)
	}
	if classes["injected"] <= hang.Timeout {
		t.Errorf("%d failures are injected, want more than the %d timeouts", classes["injected"], hang.Timeout)
	}
}

// The programs of a killed command end, and the next command removes its files.
func TestKilledCommandLeavesNothing(t *testing.T) {
	scratch, pid := t.TempDir(), filepath.Join(t.TempDir(), "pid")
	list := writeScriptCommand(t, `echo $$ > "$1.new"; mv "$1.new" "$1"; exec sleep 1000`)
	spec := writeTestFile(t, "spec.yaml", fmt.Sprintf(`
num_jobs: 1
workload:
  kind: steps
  steps:
    - {kind: disk, bytes: 1000}
    - {kind: exec, command: sh, args: {file: %q}}
`, pid))
	command := exec.CommandContext(t.Context(), aureatest.Binary(t), "run", spec,
		"--scratch", scratch, "--exec-commands", list)
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	waitFor(t, func() bool { _, err := os.Stat(pid); return err == nil })
	if left, _ := filepath.Glob(filepath.Join(scratch, "aurea-scratch-*")); len(left) != 1 {
		t.Errorf("while it runs there is %v, want one directory", left)
	}
	if err := command.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = command.Wait() // killed
	waitProcessEnded(t, pid)
	aureatest.Serve(t, "--scratch", scratch)
	if left, _ := os.ReadDir(scratch); len(left) > 0 {
		t.Errorf("%v is left after the next start", left)
	}
}

// waitProcessEnded waits until the process whose id a file holds has ended. It
// may remain a zombie.
func waitProcessEnded(t *testing.T, file string) {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(content)))
	if err != nil {
		t.Fatal(err)
	}
	waitFor(t, func() bool {
		stat, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid)) // missing once the process is gone
		return syscall.Kill(pid, 0) != nil || strings.Contains(string(stat), ") Z ")
	})
}

// A service that stops also ends the programs of its run.
func TestStoppedServiceEndsItsPrograms(t *testing.T) {
	pid := filepath.Join(t.TempDir(), "pid")
	list := writeScriptCommand(t, `trap '' TERM; echo $$ > "$1.new"; mv "$1.new" "$1"; sleep 1000`)
	url, process := aureatest.Serve(t, "--grace", "0s", "--exec-commands", list)
	answered := make(chan struct{})
	go func() {
		defer close(answered)
		spec := fmt.Sprintf(`{"num_jobs": 1, "workload": {"kind": "exec", "command": "sh", "args": {"file": %q}}}`, pid)
		response, err := http.Post(url+"/benchmark/run", "application/json", strings.NewReader(spec))
		if err == nil { // the service may end first
			_ = response.Body.Close()
		}
	}()
	waitFor(t, func() bool { _, err := os.Stat(pid); return err == nil })
	if err := process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	waitProcessEnded(t, pid)
	<-answered
}
