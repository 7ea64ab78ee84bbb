package live

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/platform/platformtest"
)

// TestMain is also a program with a view, which a test runs on a terminal: with
// a run that nothing stops.
func TestMain(m *testing.M) {
	how := os.Getenv("AUREA_VIEWED")
	if how == "" {
		goleak.VerifyTestMain(m)
		return
	}
	_, stop := signal.NotifyContext(context.Background(), syscall.SIGINT) // as the command does
	defer stop()
	view := Open(Options{Out: os.Stderr, In: os.Stdin, Getenv: os.Getenv, Stop: func() {}})
	defer view.Close()
	view.ControlBy(func(context.Context, string, aurea.Control) (aurea.Run, error) { panic("a control panics") })
	running := &aurea.RunProgress{Elapsed: 1, Phase: aurea.PhaseRunning}
	if how == "scenarios" {
		running.SoFar = &aurea.SoFar{Scenarios: someScenarios()}
	}
	view.Show(aurea.Run{ID: "benchmark-1", Status: aurea.StatusRunning, Progress: running})
	if how == "to log" {
		fmt.Fprintln(view, "a first warning")
		fmt.Fprintln(view, "a second warning")
	}
	if how == "to panic" {
		time.Sleep(time.Second)
		panic("the program panics")
	}
	time.Sleep(time.Minute)
}

// viewed starts a program with a view on a terminal, and returns both and the
// modes that the terminal had.
func viewed(t *testing.T, how string) (*platformtest.Terminal, *exec.Cmd, string) {
	t.Helper()
	return viewedIn(t, 80, how)
}

// viewedIn is viewed in a terminal with some columns.
func viewedIn(t *testing.T, columns int, how string) (*platformtest.Terminal, *exec.Cmd, string) {
	t.Helper()
	terminal := platformtest.OpenTerminal(t, columns, 24)
	modes := terminal.Modes()
	command := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^$")
	command.Env = append(os.Environ(), "TERM=xterm", "AUREA_VIEWED="+how)
	terminal.Start(command)
	terminal.Await("running")
	return terminal, command, modes
}

// checkRestored checks that the terminal is as it was, once the program has
// ended.
func checkRestored(t *testing.T, terminal *platformtest.Terminal, modes string) {
	t.Helper()
	if got := terminal.Modes(); got != modes {
		t.Errorf("the modes of the terminal are\n%s, and were\n%s", got, modes)
	}
	for end := time.Now().Add(time.Minute); terminal.CursorHidden(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the cursor stays hidden")
		}
	}
}

// The first ctrl-C is left to the command. The second one ends the program at
// once, as it would without a view, and with the terminal restored.
func TestSecondInterrupt(t *testing.T) {
	terminal, command, modes := viewed(t, "to wait")
	terminal.Press("\x03")
	terminal.Await("stopping")
	terminal.Press("\x03")
	err := command.Wait()
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		t.Fatalf("it ends with %v", err)
	}
	if status := exit.Sys().(syscall.WaitStatus); status.Signal() != syscall.SIGINT {
		t.Errorf("it ends with %v, want an end by the signal", err)
	}
	checkRestored(t, terminal, modes)
}

// A panic finds the terminal restored, whether the program panics or what a key
// does, and can be read.
func TestPanics(t *testing.T) {
	for how, keys := range map[string]string{"to panic": "", "to control": "p"} {
		terminal, command, modes := viewed(t, how)
		terminal.Press(keys)
		if err := command.Wait(); err == nil {
			t.Errorf("%s: it ends well", how)
		}
		checkRestored(t, terminal, modes)
		if shown := terminal.Await("panic: "); !strings.Contains(shown, "panics") {
			t.Errorf("%s: the panic is not shown:\n%s", how, shown)
		}
	}
}

// What the program logs meanwhile appears above the view, which is drawn once.
func TestLinesAboveTheView(t *testing.T) {
	terminal, command, modes := viewed(t, "to log")
	shown := terminal.Await("a first warning\na second warning\n sleep", "running")
	if n := strings.Count(shown, "running"); n != 1 {
		t.Errorf("the view is drawn %d times:\n%s", n, shown)
	}
	terminal.Press("\x1c") // ctrl-\, which ends it at once
	_ = command.Wait()     // ends by the signal
	checkRestored(t, terminal, modes)
}

// A terminal shows a row for each scenario, with the columns that it has room for,
// and takes another row for none of them.
func TestScenariosOnTerminal(t *testing.T) {
	for columns, want := range map[int]struct{ shown, hidden string }{
		60:  {"running    browse      497/s  p99 48.1ms      14 failed\n", "error_rate"},
		80:  {"running    browse      497/s  p99 48.1ms      14 failed  fail error_rate < 0.1%\n", "12345 ok"},
		200: {"14 failed  fail error_rate < 0.1%  12345 ok  23 in flight\n", "more scenarios"},
	} {
		terminal, command, modes := viewedIn(t, columns, "scenarios")
		shown := terminal.Await("done       sign_in", want.shown, "waiting    pay\n")
		if strings.Contains(shown, want.hidden) {
			t.Errorf("%d columns show %q:\n%s", columns, want.hidden, shown)
		}
		terminal.Press("\x1c") // ctrl-\, which ends it at once
		_ = command.Wait()     // ends by the signal
		checkRestored(t, terminal, modes)
	}
}
