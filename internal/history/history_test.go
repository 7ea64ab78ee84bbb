package history

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/compare"
	"github.com/aurea-orchestrator/aurea/internal/store/storetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// openService opens a history until the test ends.
func openService(t *testing.T, h *History) *Service {
	t.Helper()
	s, err := h.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// keepRuns keeps n finished runs.
func keepRuns(t *testing.T, h *History, n int) {
	t.Helper()
	for i := range n {
		run := storetest.Finished(storetest.NewRun(i), 10)
		run.Name = "some"
		if _, err := h.Keep(t.Context(), run); err != nil {
			t.Fatal(err)
		}
	}
}

// listIDs returns the ids of the runs that a query finds.
func listIDs(t *testing.T, s *Service, query aurea.RunQuery) []string {
	t.Helper()
	page, err := s.List(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, run := range page.Runs {
		ids = append(ids, run.ID)
	}
	return ids
}

// What a service can do with stored runs, a history can.
func TestKeptRuns(t *testing.T) {
	t.Parallel()
	h := In(filepath.Join(t.TempDir(), "not", "there"))
	keepRuns(t, h, 3)
	s := openService(t, h)
	want := []string{storetest.NewRun(2).ID, storetest.NewRun(1).ID, storetest.NewRun(0).ID}
	if diff := cmp.Diff(want, listIDs(t, s, aurea.RunQuery{Name: "some"})); diff != "" {
		t.Errorf("the list differs (-want +got):\n%s", diff)
	}
	run, err := s.Get(t.Context(), want[1])
	if err != nil {
		t.Fatal(err)
	}
	if run.Result.Counts.Accounted() != 10 || run.Status != aurea.StatusCompleted {
		t.Errorf("run %s is %s with %+v", run.ID, run.Status, run.Result.Counts)
	}
	if err := s.Verify(t.Context(), want[0]); err != nil {
		t.Error(err)
	}
	note := "before the upgrade"
	if run, err = s.Change(t.Context(), want[0], aurea.RunChange{Note: &note}); err != nil || run.Note != note {
		t.Errorf("the changed note is %q: %v", run.Note, err)
	}
	if _, err := s.Compare(t.Context(), want[:1], want[1:], compare.Options{Threshold: 0.05}); err != nil {
		t.Error(err)
	}
	jobs := 0
	for _, err := range s.Jobs(t.Context(), want[2]) {
		if err != nil {
			t.Fatal(err)
		}
		jobs++
	}
	if jobs != 10 {
		t.Errorf("%d records of jobs, want 10", jobs)
	}
	if err := s.Delete(t.Context(), want[1]); err != nil {
		t.Error(err)
	}
	if _, err := s.Get(t.Context(), want[1]); !errors.Is(err, aurea.ErrNotFound) {
		t.Errorf("to get a deleted run: %v", err)
	}
}

// A history holds the newest runs, and a baseline beyond them.
func TestOldRunsAreDeleted(t *testing.T) {
	t.Parallel()
	h := In(t.TempDir())
	keepRuns(t, h, 2)
	s := openService(t, h)
	baseline := true
	if _, err := s.Change(t.Context(), storetest.NewRun(0).ID, aurea.RunChange{Baseline: &baseline}); err != nil {
		t.Fatal(err)
	}
	h.kept = aurea.Retention{Runs: 3}
	for n := 2; n < 6; n++ {
		if _, err := h.Keep(t.Context(), storetest.Finished(storetest.NewRun(n), 1)); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{storetest.NewRun(5).ID, storetest.NewRun(4).ID, storetest.NewRun(0).ID}
	if diff := cmp.Diff(want, listIDs(t, s, aurea.RunQuery{})); diff != "" {
		t.Errorf("the list differs (-want +got):\n%s", diff)
	}
}

// What needs a server is refused in words.
func TestNoServer(t *testing.T) {
	t.Parallel()
	h := In(t.TempDir())
	keepRuns(t, h, 1)
	s := openService(t, h)
	_, err := s.Submit(t.Context(), aurea.Spec{NumJobs: 1}, "")
	if !errors.Is(err, aurea.ErrConflict) || !strings.Contains(err.Error(), "use aurea run") {
		t.Errorf("to submit: %v", err)
	}
	for _, do := range []func() error{
		func() error { _, err := s.Cancel(t.Context(), storetest.NewRun(0).ID); return err },
		func() error {
			_, err := s.Control(t.Context(), storetest.NewRun(0).ID, aurea.Control{Kind: aurea.Pause})
			return err
		},
	} {
		if err := do(); !errors.Is(err, aurea.ErrConflict) {
			t.Errorf("to control a finished run: %v", err)
		}
	}
}

// A history that does not exist has no runs, and looking does not create it.
func TestNothingKept(t *testing.T) {
	t.Parallel()
	h := In(filepath.Join(t.TempDir(), "none"))
	if ids := listIDs(t, openService(t, h), aurea.RunQuery{}); len(ids) > 0 {
		t.Errorf("there are runs %q", ids)
	}
	if _, err := os.Stat(h.Directory()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the directory was created: %v", err)
	}
}

// A history that cannot be opened says why, and is left as it is.
func TestBroken(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ content, want string }{
		{"no database", "it is not an SQLite database; name another file, or move this one away"},
		{"SQLite format 3\x00 and then nothing", "it is corrupt; restore it from a copy, or move it away"},
	} {
		h := In(t.TempDir())
		if err := os.WriteFile(h.database(), []byte(test.content), 0o600); err != nil {
			t.Fatal(err)
		}
		_, keepErr := h.Keep(t.Context(), storetest.Finished(storetest.NewRun(1), 1))
		_, openErr := h.Open(t.Context())
		for what, err := range map[string]error{"to keep": keepErr, "to open": openErr} {
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%s: %v, want %q", what, err, test.want)
			}
		}
		if content, err := os.ReadFile(h.database()); string(content) != test.content {
			t.Errorf("the file has %q: %v", content, err)
		}
	}
}

// The socket of a process that was killed is skipped, and removed once it is
// old.
func TestStaleSocket(t *testing.T) {
	t.Parallel()
	h := In(t.TempDir())
	keepRuns(t, h, 1)
	listener, release, err := h.listen("benchmark-gone")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(h.sockets(), "benchmark-gone"+socketSuffix)
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the socket has mode %v: %v", info.Mode(), err)
	}
	listener.(interface{ SetUnlinkOnClose(bool) }).SetUnlinkOnClose(false)
	release()
	s := openService(t, h)
	want := []string{storetest.NewRun(0).ID}
	if diff := cmp.Diff(want, listIDs(t, s, aurea.RunQuery{})); diff != "" {
		t.Errorf("the list differs (-want +got):\n%s", diff)
	}
	if _, err := os.Stat(path); err != nil {
		t.Errorf("a young socket was removed: %v", err)
	}
	old := time.Now().Add(-2 * staleAfter)
	if err := os.Chtimes(path, old, old); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Get(t.Context(), "benchmark-gone"); !errors.Is(err, aurea.ErrNotFound) {
		t.Errorf("to get the run of a dead process: %v", err)
	}
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("an old socket is still there: %v", err)
	}
}

// Nothing is created by a nil Live.
func TestNilLive(_ *testing.T) {
	var l *Live
	l.Begin("benchmark-1")
	l.End()
}
