package platformtest

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// A Terminal is a pseudo-terminal with the screen that its user sees.
type Terminal struct {
	t      testing.TB
	user   *os.File // the end of the user: keys and screen
	File   *os.File // the end of programs
	mu     sync.Mutex
	screen Screen
	raw    strings.Builder
	read   chan struct{} // closed when all output is read
}

// OpenTerminal opens a terminal, or skips the test where there is none.
func OpenTerminal(t testing.TB, columns, rows int) *Terminal {
	t.Helper()
	user, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("left out: there is no pseudo-terminal: %v", err)
	}
	if err := unix.IoctlSetPointerInt(int(user.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	number, err := unix.IoctlGetInt(int(user.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	terminal := &Terminal{t: t, user: user, File: file, read: make(chan struct{})}
	terminal.Resize(columns, rows)
	go terminal.receive()
	t.Cleanup(func() {
		_ = file.Close()
		<-terminal.read
		_ = user.Close()
	})
	return terminal
}

// receive shows what programs print until all of them have closed the terminal.
func (t *Terminal) receive() {
	defer close(t.read)
	text := make([]byte, 4096)
	for {
		n, err := t.user.Read(text)
		t.mu.Lock()
		t.raw.Write(text[:n])
		_, _ = t.screen.Write(text[:n]) // never fails
		t.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// Start starts a command whose controlling terminal this is, with the terminal
// as its standard input and standard error.
func (t *Terminal) Start(command *exec.Cmd) {
	t.t.Helper()
	command.Stdin, command.Stderr = t.File, t.File
	command.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := command.Start(); err != nil {
		t.t.Fatal(err)
	}
	t.t.Cleanup(func() { _ = command.Process.Kill() })
}

// Resize changes the size of the terminal.
func (t *Terminal) Resize(columns, rows int) {
	t.t.Helper()
	t.mu.Lock()
	t.screen.Resize(columns, rows)
	t.mu.Unlock()
	size := unix.Winsize{Row: uint16(rows), Col: uint16(columns)}
	if err := unix.IoctlSetWinsize(int(t.user.Fd()), unix.TIOCSWINSZ, &size); err != nil {
		t.t.Fatal(err)
	}
}

// Press sends keys.
func (t *Terminal) Press(keys string) {
	t.t.Helper()
	if _, err := t.user.WriteString(keys); err != nil {
		t.t.Fatal(err)
	}
}

// Text returns what the screen shows.
func (t *Terminal) Text() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.screen.Text()
}

// Raw returns all that the terminal has received.
func (t *Terminal) Raw() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.raw.String()
}

// CursorHidden reports whether the cursor is hidden.
func (t *Terminal) CursorHidden() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.screen.CursorHidden()
}

// Await waits until the screen shows a text. It fails the test after a minute.
func (t *Terminal) Await(texts ...string) string {
	t.t.Helper()
	for end := time.Now().Add(time.Minute); ; time.Sleep(5 * time.Millisecond) {
		shown, missing := t.Text(), ""
		for _, text := range texts {
			if !strings.Contains(shown, text) {
				missing = text
			}
		}
		if missing == "" {
			return shown
		}
		if time.Now().After(end) {
			t.t.Fatalf("the screen does not show %q:\n%s", missing, shown)
		}
	}
}

// Modes describes the modes of the terminal: two terminals whose modes are
// equal take keys in the same way.
func (t *Terminal) Modes() string {
	t.t.Helper()
	modes, err := unix.IoctlGetTermios(int(t.File.Fd()), unix.TCGETS)
	if err != nil {
		t.t.Fatal(err)
	}
	return fmt.Sprintf("%+v", *modes)
}
