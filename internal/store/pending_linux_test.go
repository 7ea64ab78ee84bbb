package store

import (
	"errors"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/store/storetest"
)

// On a disk that is full at the start everything can be read and nothing
// written, with an error that names the disk. With free space the same store
// works again.
func TestStartOnAFullDisk(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	out, err := exec.CommandContext(t.Context(), "mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs",
		folder).CombinedOutput()
	if err != nil {
		t.Skipf("left out: no disk can be mounted: %s", out)
	}
	t.Cleanup(func() {
		if err := exec.Command("umount", folder).Run(); err != nil {
			t.Error(err)
		}
	})
	data := filepath.Join(folder, "data")
	s, err := Open(t.Context(), data, Options{})
	if err != nil {
		t.Fatal(err)
	}
	before := storetest.Keep(t, s, storetest.Finished(storetest.NewRun(1), 1000))
	leaveDiskSpace(t, s, 1000)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	fillDisk(t, filepath.Join(data, "more"))

	if s, err = Open(t.Context(), data, Options{}); err != nil {
		t.Fatalf("opening it: %v", err)
	}
	defer s.Close()
	if page, err := s.List(t.Context(), aurea.RunQuery{}); err != nil || len(page.Runs) != 1 {
		t.Errorf("the list is %+v, %v", page, err)
	}
	if run, err := s.Get(t.Context(), before.ID); err != nil || run.Digest != before.Digest {
		t.Errorf("the run is %+v, %v", run, err)
	}
	if err := s.Verify(t.Context(), before.ID); err != nil {
		t.Errorf("it verifies with %v", err)
	}
	full := func(what string, err error) {
		t.Helper()
		if !errors.Is(err, aurea.ErrUnavailable) || !strings.Contains(err.Error(), "the disk is full") {
			t.Errorf("%s: %v; want unavailable because the disk is full", what, err)
		}
	}
	_, _, err = s.Recover(t.Context(), "here")
	full("recovering", err)
	full("being ready", s.Ready(t.Context()))
	_, err = s.Create(t.Context(), storetest.NewRun(2), aurea.Submission{Owner: "here"})
	full("keeping a run", err)

	freeDisk(t, filepath.Join(data, "more"))
	if _, _, err = s.Recover(t.Context(), "here"); err != nil {
		t.Fatalf("recovering with free space: %v", err)
	}
	storetest.Keep(t, s, storetest.Finished(storetest.NewRun(2), 10))
	if page, err := s.List(t.Context(), aurea.RunQuery{}); err != nil || len(page.Runs) != 2 {
		t.Errorf("the list is %+v, %v", page, err)
	}
}

// fillDisk writes to a file until the disk is full.
func fillDisk(t *testing.T, path string) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "dd", "if=/dev/zero", "of="+path, "bs=4096").CombinedOutput()
	if err == nil {
		t.Fatalf("the disk is not full: %s", out)
	}
}

func freeDisk(t *testing.T, path string) {
	t.Helper()
	if err := exec.CommandContext(t.Context(), "rm", path).Run(); err != nil {
		t.Fatal(err)
	}
}
