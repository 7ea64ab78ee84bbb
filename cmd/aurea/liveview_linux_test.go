package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/aureatest"
	"github.com/aurea-orchestrator/aurea/internal/platform/platformtest"
)

// A viewed run is a command on a terminal, and what it printed.
type viewedRun struct {
	*platformtest.Terminal
	t       *testing.T
	command *exec.Cmd
	result  bytes.Buffer
	modes   string // of the terminal before
}

// viewRun starts a run of an hour at 50 jobs a second on a terminal.
func viewRun(t *testing.T, columns, rows int, environment ...string) *viewedRun {
	t.Helper()
	v := &viewedRun{Terminal: platformtest.OpenTerminal(t, columns, rows), t: t}
	v.modes = v.Modes()
	v.command = exec.CommandContext(t.Context(), aureatest.Binary(t), "run", "--name", "viewed", "--rate", "50",
		"--duration", "1h", "--job-duration", "20ms", "--seed", "7", "--threshold", "p99 < 1h", "-o", "json")
	v.command.Env = append(os.Environ(), append([]string{"TERM=xterm-256color", "NO_COLOR="}, environment...)...)
	v.command.Stdout = &v.result
	v.Start(v.command)
	return v
}

// end waits for the end of the command and returns its result. It checks that the
// terminal is as it was.
func (v *viewedRun) end(code int) (result aurea.Result) {
	v.t.Helper()
	if got := exitStatusOf(v.command.Wait()); got != code {
		v.t.Errorf("exit %d, want %d", got, code)
	}
	v.checkRestored()
	if code >= 0 {
		if err := json.Unmarshal(v.result.Bytes(), &result); err != nil {
			v.t.Errorf("%v in %q", err, v.result.String())
		}
	}
	return result
}

// checkRestored checks that the terminal is as it was.
func (v *viewedRun) checkRestored() {
	v.t.Helper()
	if got := v.Modes(); got != v.modes {
		v.t.Errorf("the modes of the terminal are\n%s, and were\n%s", got, v.modes)
	}
	waitFor(v.t, func() bool { return !v.CursorHidden() })
}

// The view of a run in terminals of several widths: it fits, keys pause, resume and
// change the run, a new size shows at once, and q ends it with its partial result.
func TestLiveView(t *testing.T) {
	for _, columns := range []int{60, 80, 200} {
		t.Run(fmt.Sprint(columns), func(t *testing.T) {
			t.Parallel()
			v := viewRun(t, columns, 40)
			shown := v.Await(" viewed", "seed 7", " of 50/s", "running", "pass       p99 < 1h", "latency", "p pause")
			checkFits(t, shown, columns)
			if !v.CursorHidden() {
				t.Error("the cursor blinks in the view")
			}
			v.Press("p")
			v.Await("paused", "p resume")
			v.Press("p")
			v.Await("running", "p pause")
			v.Press("+")
			v.Await("rate 50 to 55", " of 55/s")
			v.Press("?")
			v.Await("raise or lower the rate")
			v.Resize(columns+20, 45)
			checkFits(t, v.Await(strings.Repeat("─", columns)), columns+20)
			v.Press("q")
			result := v.end(exitInterrupted)
			if left := v.Await("aurea: interrupted"); strings.Contains(left, "running") {
				t.Errorf("the view is left behind:\n%s", left)
			}
			if len(result.Timeline) != 3 {
				t.Errorf("the timeline is %+v, want a pause, a resume and a load", result.Timeline)
			}
			if result.Status != aurea.StatusCancelled {
				t.Errorf("the run is %s", result.Status)
			}
		})
	}
}

// checkFits checks that no line is longer than the terminal.
func checkFits(t *testing.T, text string, columns int) {
	t.Helper()
	for line := range strings.Lines(text) {
		if n := len([]rune(strings.TrimSuffix(line, "\n"))); n > columns {
			t.Errorf("a line of %d cells in a terminal of %d: %s", n, columns, line)
		}
	}
}

// However a viewed run is ended, the terminal is as it was: by keys and by signals,
// with the partial result after the first and at once after the second.
func TestLiveViewRestoresTheTerminal(t *testing.T) {
	const ctrlC, ctrlBackslash = "\x03", "\x1c"
	t.Run("ctrl-C", func(t *testing.T) {
		t.Parallel()
		v := viewRun(t, 80, 24)
		v.Await("running")
		v.Press(ctrlC)
		if result := v.end(exitInterrupted); result.Status != aurea.StatusCancelled {
			t.Errorf("the run is %s", result.Status)
		}
	})
	t.Run("SIGTERM", func(t *testing.T) {
		t.Parallel()
		v := viewRun(t, 80, 24)
		v.Await("running")
		if err := v.command.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		v.end(exitInterrupted)
	})
	t.Run("ctrl-\\", func(t *testing.T) {
		t.Parallel()
		v := viewRun(t, 80, 24)
		v.Await("running")
		v.Press(ctrlBackslash)
		if err := v.command.Wait(); err == nil {
			t.Error("it ends well")
		}
		v.checkRestored()
	})
}

// Ctrl-Z gives the terminal back to the shell; the view returns with the command.
func TestLiveViewIsSuspended(t *testing.T) {
	t.Parallel()
	v := viewRun(t, 80, 24)
	v.Await("running")
	v.Press("\x1a")
	awaitStopped(t, v.command.Process.Pid)
	v.checkRestored()
	before := len(v.Raw())
	if err := v.command.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	waitFor(t, func() bool { return strings.Contains(v.Raw()[before:], "running") })
	v.Press("p")
	v.Await("paused")
	v.Press("q")
	v.end(exitInterrupted)
}

// awaitStopped waits until a child is suspended.
func awaitStopped(t *testing.T, pid int) {
	t.Helper()
	var status unix.WaitStatus
	for end := time.Now().Add(time.Minute); ; time.Sleep(5 * time.Millisecond) {
		if _, err := unix.Wait4(pid, &status, unix.WUNTRACED|unix.WNOHANG, nil); err != nil {
			t.Fatal(err)
		}
		if status.Stopped() {
			return
		}
		if time.Now().After(end) {
			t.Fatal("the command was not suspended")
		}
	}
}

// Without colours the view has no sequences of styles. A terminal that is too
// narrow or dumb gets lines without any sequence.
func TestLiveViewWithoutColors(t *testing.T) {
	t.Parallel()
	styles := "\x1b[3" // red, green, yellow, cyan
	v := viewRun(t, 80, 24)
	v.Await("running")
	if !strings.Contains(v.Raw(), styles) {
		t.Error("a terminal gets no colours")
	}
	v.Press("q")
	v.end(exitInterrupted)
	v = viewRun(t, 80, 24, "NO_COLOR=1")
	v.Await("running")
	if strings.Contains(v.Raw(), styles) {
		t.Error("NO_COLOR gets colours")
	}
	v.Press("q")
	v.end(exitInterrupted)
	for what, v := range map[string]*viewedRun{
		"a dumb terminal": viewRun(t, 80, 24, "TERM=dumb"), "a narrow terminal": viewRun(t, 59, 24),
	} {
		v.Await("started=")
		if strings.Contains(v.Raw(), "\x1b") {
			t.Errorf("%s gets control sequences: %q", what, v.Raw())
		}
		v.Press("\x03")
		v.end(exitInterrupted)
	}
}

// A pipe gets lines of key=value without control sequences, whatever the terminal.
func TestNoViewInAPipe(t *testing.T) {
	t.Setenv("TERM", "xterm-256color")
	command := exec.CommandContext(t.Context(), aureatest.Binary(t), "run", "--jobs", "5",
		"--job-duration", "10ms", "-o", "json")
	var stderr bytes.Buffer
	command.Stderr = &stderr
	if err := command.Run(); err != nil {
		t.Fatal(err)
	}
	if text := stderr.String(); strings.Contains(text, "\x1b") || !strings.Contains(text, " ok=5 failed=0 ") {
		t.Errorf("standard error is %q", text)
	}
}
