//go:build unix

package platform_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea/internal/platform"
	"github.com/aurea-orchestrator/aurea/internal/platform/platformtest"
)

// A program that ends takes the processes that it left behind with it.
func TestGroupEndsWithItsLeader(t *testing.T) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	command := exec.CommandContext(t.Context(), "sh", "-c", "sleep 1000 & exit 3")
	group, err := platform.StartGroup(command)
	if err != nil {
		t.Fatal(err)
	}
	var exit *exec.ExitError
	if err := group.Wait(); !errors.As(err, &exit) || exit.ExitCode() != 3 {
		t.Errorf("Wait returned %v, want exit status 3", err)
	}
	platformtest.AwaitGroupEnd(t, command.Process.Pid)
}

// The end of the context kills the program and the processes that it started,
// even if they ignore signals.
func TestGroupIsKilledByItsContext(t *testing.T) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	ready := filepath.Join(t.TempDir(), "ready")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	command := exec.CommandContext(ctx, "sh", "-c", `trap '' TERM INT HUP; sleep 1000 & : > "$0"; wait`, ready)
	group, err := platform.StartGroup(command)
	if err != nil {
		t.Fatal(err)
	}
	for _, err := os.Stat(ready); err != nil; _, err = os.Stat(ready) {
		time.Sleep(time.Millisecond)
	}
	cancel()
	if err := group.Wait(); err == nil {
		t.Error("Wait returned nil for a killed program")
	}
	if state := command.ProcessState.String(); state != "signal: killed" {
		t.Errorf("the program ended with %q, want signal: killed", state)
	}
	platformtest.AwaitGroupEnd(t, command.Process.Pid)
}

func TestStartGroupOfNothing(t *testing.T) {
	group, err := platform.StartGroup(exec.CommandContext(t.Context(), "/nowhere/at/all"))
	if !errors.Is(err, os.ErrNotExist) {
		t.Errorf("error %v, want %v", err, os.ErrNotExist)
	}
	if group != nil {
		t.Error("a program that did not start has a group")
	}
}
