package workload

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/platform"
)

// A job writes and reads as much as it says, in the phases that it has, and
// leaves nothing.
func TestDisk(t *testing.T) {
	const bytes = 100_001 // which is no number of blocks
	for _, test := range []struct {
		parameters map[string]any
		phases     []int
		counters   []int64
	}{
		{map[string]any{}, []int{diskOpen, diskWrite, diskSync, diskRemove}, []int64{bytes, 0}},
		{map[string]any{"fsync": false}, []int{diskOpen, diskWrite, diskRemove}, []int64{bytes, 0}},
		{map[string]any{"op": "read"}, []int{diskRead}, []int64{0, bytes}},
		{map[string]any{"op": "read", "cached": !platform.CanDropCache}, []int{diskRead}, []int64{0, bytes}},
		{map[string]any{"op": "mixed", "cached": !platform.CanDropCache}, []int{diskOpen, diskWrite, diskSync, diskRead, diskRemove}, []int64{bytes, bytes}},
	} {
		policy := Policy{Dir: t.TempDir()}
		test.parameters["bytes"], test.parameters["block"] = number64(bytes), number64(4096)
		jobs := open(t, policy, "disk", test.parameters, 1)
		for job := range int64(3) {
			metrics := NewJobMetrics(jobs.Metrics)
			if err := jobs.Runner.Run(t.Context(), job, metrics); err != nil {
				t.Fatalf("%v: %v", test.parameters, err)
			}
			var had []int
			for i, took := range metrics.phases {
				if took >= 0 {
					had = append(had, i)
				}
			}
			if !slices.Equal(had, test.phases) || !slices.Equal(metrics.counters, test.counters) {
				t.Errorf("%v: phases %v, counters %v, want %v, %v", test.parameters, had, metrics.counters, test.phases, test.counters)
			}
		}
		if files := filesIn(t, policy.Dir); len(files) > 1 && runtime.GOOS == "linux" {
			t.Errorf("%v: %v while it is open, want one directory without files", test.parameters, files)
		}
		jobs.Close()
		if files := filesIn(t, policy.Dir); len(files) > 0 {
			t.Errorf("%v: %v are left", test.parameters, files)
		}
	}
}

// filesIn lists all that is in a directory, but itself and our mark.
func filesIn(t *testing.T, dir string) []string {
	t.Helper()
	var found []string
	err := filepath.WalkDir(dir, func(path string, _ os.DirEntry, err error) error {
		if path != dir && filepath.Base(path) != scratchMark {
			found = append(found, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// What is written is the pattern, block for block, which differ.
func TestDiskWritesThePattern(t *testing.T) {
	d := &diskRunner{diskParams: diskParams{bytes: 10_000, block: 4096}, data: newPattern(7, 4096)}
	file, err := os.Create(filepath.Join(t.TempDir(), "file"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	watch := NewStopwatch(JobMetrics{})
	if err := d.writeAll(t.Context(), file, 3, &watch); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(file.Name())
	if err != nil {
		t.Fatal(err)
	}
	want := string(d.data.block(3, 0, 4096)) + string(d.data.block(3, 4096, 4096)) + string(d.data.block(3, 8192, 10_000-8192))
	if string(content) != want {
		t.Errorf("%d bytes, which are not the pattern's %d", len(content), len(want))
	}
	if want[:4096] == want[4096:8192] {
		t.Error("two blocks are the same")
	}
}

func TestDiskStops(t *testing.T) {
	policy := Policy{Dir: t.TempDir()}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	jobs := open(t, policy, "disk", map[string]any{"bytes": number64(8 << 30), "block": number64(512)}, 1)
	if err := jobs.Runner.Run(ctx, 1, JobMetrics{}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Run: %v, want the context's error", err)
	}
	if files := filesIn(t, policy.Dir); len(files) > 1 {
		t.Errorf("%v are there after it", files)
	}
	_, err := openWith(ctx, policy, aurea.Workload{Kind: "disk", Parameters: map[string]any{"op": "read"}}, 1)
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Open: %v, want the context's error", err)
	}
}

// A disk that is really full is the job's failure, and none of it stays.
func TestDiskFull(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("needs /dev/full")
	}
	full := func() (*os.File, func() error, error) {
		file, err := os.OpenFile("/dev/full", os.O_RDWR, 0)
		return file, file.Close, err
	}
	d := &diskRunner{diskParams: diskParams{bytes: 8192, block: 4096}, create: full, data: newPattern(7, 4096), used: &Meter{}, limit: Limit{Max: 1 << 20}}
	var failure *Failure
	err := d.Run(t.Context(), 1, JobMetrics{})
	if !errors.As(err, &failure) || failure.Class != "disk_full" || err.Error() != "cannot write: no space left on device" {
		t.Errorf("Run: %v, want disk_full", err)
	}
	if held := d.used.held.Load(); held != 0 {
		t.Errorf("%d bytes are held after it", held)
	}
}

// More than the host gives is refused; a job for which nothing is left fails.
func TestDiskLimit(t *testing.T) {
	policy := Policy{Dir: t.TempDir(), MaxDisk: 4 << 20, MaxMemory: 1 << 20}
	two := func(more map[string]any) aurea.Plan {
		more["bytes"] = number64(2 << 20)
		return aurea.Plan{Workload: aurea.Workload{Kind: "disk", Parameters: more}, Concurrency: 3}
	}
	for _, test := range []struct {
		plan aurea.Plan
		want string
	}{
		{two(map[string]any{}), "workload.bytes: is too much: 3 in flight with 2 MiB of disk each; this host gives all jobs together 4 MiB of disk (--max-disk)"},
		{two(map[string]any{"op": "read"}), ""},
		{two(map[string]any{"op": "read", "block": number64(512 << 10)}), "workload.block: is too much: 3 in flight with 512 KiB of memory each; this host gives all jobs together 1 MiB of memory (--max-memory)"},
		{two(map[string]any{"cached": false}), "workload.cached: is about reading, and write reads nothing"},
		{two(map[string]any{"op": "mixed", "cached": false, "fsync": false}), "workload.cached: cannot be false without fsync: what is not on the disk yet can only be read from memory"},
	} {
		if got := message(check(policy, test.plan)); got != test.want {
			t.Errorf("%v: %q, want %q", test.plan.Workload.Parameters, got, test.want)
		}
	}
	policy.MaxDisk = 1 << 60
	err := check(policy, aurea.Plan{Workload: aurea.Workload{Kind: "disk", Parameters: map[string]any{"bytes": number64(1 << 40)}}, Concurrency: 1 << 20})
	if err == nil || !strings.Contains(err.Error(), "of disk (what its disk has free, but for ") {
		t.Errorf("more than any disk has: %v", err)
	}

	jobs := open(t, Policy{Dir: policy.Dir, MaxDisk: 1 << 20}, "disk", nil, 1)
	d := jobs.Runner.(withDeadlineTimer).Runner.(*diskRunner)
	d.used.Take(1, d.limit)
	var failure *Failure
	if err := d.Run(t.Context(), 1, JobMetrics{}); !errors.As(err, &failure) || failure.Class != "limit" || !strings.Contains(err.Error(), "--max-disk") {
		t.Errorf("no room for a job: %v", err)
	}
}

// A directory that cannot be had fails the run, and says why.
func TestDiskWithoutADirectory(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := openWith(t.Context(), Policy{Dir: filepath.Join(file, "sub")}, aurea.Workload{Kind: "disk"}, 1)
	if err == nil || errors.Is(err, aurea.ErrInvalid) || !strings.HasPrefix(err.Error(), "cannot make a directory for the files of disk jobs: ") {
		t.Errorf("Open: %v", err)
	}
}
