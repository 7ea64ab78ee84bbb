//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package platform

import (
	"bufio"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
)

// A file can be locked once, and again after it was unlocked. It is created with
// the given mode.
func TestLockFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	unlock, err := LockFile(path, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := info.Mode().Perm(); got != 0o600 {
		t.Errorf("the file has the mode %o, want 600", got)
	}
	if _, err := LockFile(path, 0o600); !errors.Is(err, ErrLocked) {
		t.Errorf("a locked file: %v, want %v", err, ErrLocked)
	}
	unlock()
	unlock, err = LockFile(path, 0o600)
	if err != nil {
		t.Fatalf("an unlocked file: %v", err)
	}
	unlock()
	if _, err := LockFile(filepath.Join(path, "below"), 0o600); err == nil || errors.Is(err, ErrLocked) {
		t.Errorf("a file in a file: %v, want the error of opening it", err)
	}
}

// holderEnv names the file that TestHoldLock locks, and by what.
const holderEnv = "AUREA_TEST_LOCKED_FILE"

// TestHoldLock is no test by itself: another test starts it as the process that
// holds a lock.
func TestHoldLock(t *testing.T) {
	path := os.Getenv(holderEnv)
	if path == "" {
		t.Skip("is run by TestLocksEndWithTheirProcess")
	}
	if _, err := LockFile(path+".lock", 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := LockByte(path, 1<<62); err != nil {
		t.Fatal(err)
	}
	if _, err := LockDir(filepath.Dir(path)); err != nil {
		t.Fatal(err)
	}
	_, _ = os.Stdout.WriteString("locked\n")
	_, _ = io.Copy(io.Discard, os.Stdin) // until it is killed, or the other test ends
}

// Locks hold against another process, and end with it however it ends.
func TestLocksEndWithTheirProcess(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	holder := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestHoldLock$")
	holder.Env = append(os.Environ(), holderEnv+"="+path)
	stdin, err := holder.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer stdin.Close()
	stdout, err := holder.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := holder.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(stdout).ReadString('\n'); line != "locked\n" {
		t.Fatalf("the other process says %q, %v", line, err)
	}
	locks := map[string]func() (func(), error){
		"file":      func() (func(), error) { return LockFile(path+".lock", 0o600) },
		"directory": func() (func(), error) { return LockDir(filepath.Dir(path)) },
	}
	if runtime.GOOS == "linux" {
		locks["byte"] = func() (func(), error) { return LockByte(path, 1<<62) }
	}
	for name, lock := range locks {
		if _, err := lock(); !errors.Is(err, ErrLocked) {
			t.Errorf("%s: %v while another process holds it, want %v", name, err, ErrLocked)
		}
	}
	if err := holder.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = holder.Wait() // killed
	for name, lock := range locks {
		unlock, err := lock()
		if err != nil {
			t.Errorf("%s: %v after the other process was killed", name, err)
			continue
		}
		unlock()
	}
}
