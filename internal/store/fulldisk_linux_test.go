package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/store/storetest"
)

// A disk is a folder for a database on which space can be limited: leave leaves
// the given number of free pages to the open store.
type disk struct {
	folder string
	leave  func(t *testing.T, s *Store, pages int)
}

// ampleSpace is enough pages for any test.
const ampleSpace = 5000

// disks returns a disk whose limit SQLite enforces, which works anywhere, and a
// real one where it can be mounted.
func disks(t *testing.T) map[string]disk {
	all := map[string]disk{"pages": {t.TempDir(), leaveFreePages}}
	folder := t.TempDir()
	if exec.Command("mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", folder).Run() == nil {
		t.Cleanup(func() {
			if err := exec.Command("umount", folder).Run(); err != nil {
				t.Error(err)
			}
		})
		all["tmpfs"] = disk{folder, leaveDiskSpace}
	}
	return all
}

// leaveFreePages makes SQLite report a full disk when the database would grow
// by more than the given number of pages.
func leaveFreePages(t *testing.T, s *Store, pages int) {
	t.Helper()
	var have int
	conn := s.writer.(*groupCommitWriter).conn.conn
	if err := conn.QueryRowContext(t.Context(), "PRAGMA page_count").Scan(&have); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.ExecContext(t.Context(), fmt.Sprintf("PRAGMA max_page_count = %d", have+pages)); err != nil {
		t.Fatal(err)
	}
}

// leaveDiskSpace fills the database's disk with another file.
func leaveDiskSpace(t *testing.T, s *Store, pages int) {
	t.Helper()
	var path string
	err := s.reader.QueryRowContext(t.Context(),
		"SELECT file FROM pragma_database_list WHERE name = 'main'").Scan(&path)
	if err != nil {
		t.Fatal(err)
	}
	filler := filepath.Join(filepath.Dir(path), "filler")
	if err := os.WriteFile(filler, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	var room unix.Statfs_t
	if err := unix.Statfs(filler, &room); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filler, make([]byte, int(room.Bavail)*int(room.Bsize)-pages*4096), 0o600); err != nil {
		t.Fatal(err)
	}
}

// What does not fit is refused as unavailable and leaves nothing behind,
// existing data stays readable, and writing works again once there is space.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	for name, disk := range disks(t) {
		t.Run(name, func(t *testing.T) { testFullDisk(t, disk) })
	}
}

func testFullDisk(t *testing.T, disk disk) {
	s, err := Open(t.Context(), disk.folder, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	before := storetest.Finished(createRun(t, s, 1), 1000)
	digest, err := s.Finish(t.Context(), before)
	if err != nil {
		t.Fatal(err)
	}
	large := storetest.Finished(createRun(t, s, 2), 2*blobJobs+1)

	disk.leave(t, s, 100)
	_, err = s.Finish(t.Context(), large)
	if !errors.Is(err, aurea.ErrUnavailable) ||
		!strings.Contains(err.Error(), "cannot keep a result: the disk is full") {
		t.Errorf("a result that does not fit: %v, want unavailable", err)
	}
	if run, err := s.Get(t.Context(), large.ID); err != nil || run.Status != aurea.StatusQueued {
		t.Errorf("its run is %s, %v; want it queued as before", run.Status, err)
	} else if run.Result != nil {
		t.Errorf("its run has the result %+v, want none", run.Result)
	}
	var left int
	err = s.reader.QueryRowContext(t.Context(), "SELECT count(*) FROM jobs WHERE run_id = $1", large.ID).Scan(&left)
	if err != nil || left != 0 {
		t.Errorf("%d blobs of it are left, %v", left, err)
	}
	disk.leave(t, s, 0)
	if err := fillStore(t.Context(), s); !errors.Is(err, aurea.ErrUnavailable) {
		t.Errorf("filling the disk ended with %v, want unavailable", err)
	}
	if run, err := s.Get(t.Context(), before.ID); err != nil || run.Digest != digest {
		t.Errorf("the run stored before is %+v, %v", run, err)
	}

	disk.leave(t, s, ampleSpace)
	if err := s.Ready(t.Context()); err != nil {
		t.Errorf("with free space again: %v", err)
	}
	if _, err := s.Finish(t.Context(), large); err != nil {
		t.Errorf("the result that did not fit: %v", err)
	}
	jobs := 0
	for _, err := range s.Jobs(t.Context(), large.ID) {
		if err != nil {
			t.Fatal(err)
		}
		jobs++
	}
	if jobs != 2*blobJobs+1 {
		t.Errorf("%d job records, want %d", jobs, 2*blobJobs+1)
	}
}

// fillStore creates runs until no more fit.
func fillStore(ctx context.Context, s *Store) error {
	for n := range 10_000 {
		if _, err := s.Create(ctx, storetest.NewRun(100+n), aurea.Submission{Owner: "here"}); err != nil {
			return err
		}
	}
	return nil
}

// A change that does not fit does not fail the others of its group commit.
func TestFullDiskTogether(t *testing.T) {
	t.Parallel()
	s, err := Open(t.Context(), t.TempDir(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	large := storetest.Finished(createRun(t, s, 1), 100_000)
	leaveFreePages(t, s, 10)
	g := s.writer.(*groupCommitWriter)
	g.committing <- struct{}{} // as if another commit were in progress
	failed := make(chan error)
	go func() {
		_, err := s.Finish(t.Context(), large)
		failed <- err
	}()
	kept := make(chan error)
	go func() {
		_, err := s.Create(t.Context(), storetest.NewRun(2), aurea.Submission{})
		kept <- err
	}()
	for waiting := 0; waiting < 2; {
		g.mu.Lock()
		waiting = len(g.queue)
		g.mu.Unlock()
	}
	<-g.committing
	if err := <-failed; !errors.Is(err, aurea.ErrUnavailable) {
		t.Errorf("the large one: %v, want unavailable", err)
	}
	if err := <-kept; err != nil {
		t.Errorf("the small one: %v", err)
	}
}
