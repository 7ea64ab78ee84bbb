package workload

import (
	"bytes"
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

// diskFile is the size of the files in TestDisk: not a multiple of the block.
const diskFile = 100_001

// A job writes and reads the given number of bytes, reports the phases of its
// operation, and leaves no file.
func TestDisk(t *testing.T) {
	uncached := !platform.CanDropCache
	for _, test := range []struct {
		parameters map[string]any
		phases     []int
		counters   []int64
	}{
		{map[string]any{}, []int{diskOpen, diskWrite, diskSync, diskRemove}, []int64{diskFile, 0}},
		{map[string]any{"fsync": false}, []int{diskOpen, diskWrite, diskRemove}, []int64{diskFile, 0}},
		{map[string]any{"op": "read"}, []int{diskRead}, []int64{0, diskFile}},
		{map[string]any{"op": "read", "cached": uncached}, []int{diskRead}, []int64{0, diskFile}},
		{
			map[string]any{"op": "mixed", "cached": uncached},
			[]int{diskOpen, diskWrite, diskSync, diskRead, diskRemove}, []int64{diskFile, diskFile},
		},
	} {
		policy := Policy{Dir: t.TempDir()}
		test.parameters["bytes"], test.parameters["block"] = jsonNumber(diskFile), jsonNumber(4096)
		jobs := open(t, policy, "disk", test.parameters, 1)
		for job := range int64(3) {
			metrics := NewJobMetrics(jobs.Metrics)
			if err := jobs.Runner.Run(t.Context(), job, metrics); err != nil {
				t.Fatalf("%v: %v", test.parameters, err)
			}
			if got := reportedPhases(metrics); !slices.Equal(got, test.phases) {
				t.Errorf("%v: phases %v, want %v", test.parameters, got, test.phases)
			}
			if !slices.Equal(metrics.counters, test.counters) {
				t.Errorf("%v: counters %v, want %v", test.parameters, metrics.counters, test.counters)
			}
		}
		if files := filesIn(t, policy.Dir); len(files) > 1 && runtime.GOOS == "linux" {
			t.Errorf("%v: the open workload has %v, want one directory without files", test.parameters, files)
		}
		jobs.Close()
		if files := filesIn(t, policy.Dir); len(files) > 0 {
			t.Errorf("%v: the closed workload leaves %v", test.parameters, files)
		}
	}
}

// reportedPhases returns the indexes of the phases that a job reported.
func reportedPhases(metrics JobMetrics) []int {
	var reported []int
	for i, took := range metrics.phases {
		if took >= 0 {
			reported = append(reported, i)
		}
	}
	return reported
}

// filesIn lists the files and directories in a directory, without the marks of
// scratch directories.
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

// A file contains the blocks of the pattern, which differ.
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
	want := slices.Concat(d.data.block(3, 0, 4096), d.data.block(3, 4096, 4096), d.data.block(3, 8192, 10_000-8192))
	if !bytes.Equal(content, want) {
		t.Errorf("the file's %d bytes differ from the pattern's %d", len(content), len(want))
	}
	if bytes.Equal(want[:4096], want[4096:8192]) {
		t.Error("two blocks of the pattern are equal")
	}
}

// A job and Open stop at their deadline, without leaving a file.
func TestDiskStopsAtItsDeadline(t *testing.T) {
	policy := Policy{Dir: t.TempDir()}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	jobs := open(t, policy, "disk", map[string]any{"bytes": jsonNumber(8 << 30), "block": jsonNumber(512)}, 1)
	if err := jobs.Runner.Run(ctx, 1, JobMetrics{}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Run = %v, want %v", err, context.DeadlineExceeded)
	}
	if files := filesIn(t, policy.Dir); len(files) > 1 {
		t.Errorf("the stopped job leaves %v", files)
	}
	<-ctx.Done() // the job may have stopped by the clock alone
	_, err := openWith(ctx, policy, aurea.Workload{Kind: "disk", Parameters: map[string]any{"op": "read"}}, 1)
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Open = %v, want %v", err, context.DeadlineExceeded)
	}
}

// A full disk is the failure of the job, which then counts no bytes as used.
func TestDiskFull(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("needs /dev/full")
	}
	full := func() (*os.File, func() error, error) {
		file, err := os.OpenFile("/dev/full", os.O_RDWR, 0)
		return file, file.Close, err
	}
	d := &diskRunner{
		diskParams: diskParams{bytes: 8192, block: 4096}, create: full,
		data: newPattern(7, 4096), used: &Meter{}, limit: Limit{Max: 1 << 20},
	}
	err := d.Run(t.Context(), 1, JobMetrics{})
	if class := classOf(err); class != "disk_full" {
		t.Errorf("class %q, want disk_full", class)
	}
	if want := "cannot write: no space left on device"; message(err) != want {
		t.Errorf("Run = %v, want %s", err, want)
	}
	if held := d.used.held.Load(); held != 0 {
		t.Errorf("%d bytes are counted as used after the job", held)
	}
}

// A plan that exceeds the policy's limits is refused.
func TestDiskLimit(t *testing.T) {
	policy := Policy{Dir: t.TempDir(), MaxDisk: 4 << 20, MaxMemory: 1 << 20}
	for _, test := range []struct {
		parameters map[string]any
		want       string
	}{
		{
			map[string]any{},
			"workload.bytes: is too much: 3 in flight with 2 MiB of disk each; " +
				"this host gives all jobs together 4 MiB of disk (--max-disk)",
		},
		{map[string]any{"op": "read"}, ""},
		{
			map[string]any{"op": "read", "block": jsonNumber(512 << 10)},
			"workload.block: is too much: 3 in flight with 512 KiB of memory each; " +
				"this host gives all jobs together 1 MiB of memory (--max-memory)",
		},
		{
			map[string]any{"cached": false},
			"workload.cached: is about reading, and write reads nothing",
		},
		{
			map[string]any{"op": "mixed", "cached": false, "fsync": false},
			"workload.cached: cannot be false without fsync: " +
				"what is not on the disk yet can only be read from memory",
		},
	} {
		test.parameters["bytes"] = jsonNumber(2 << 20)
		w := aurea.Workload{Kind: "disk", Parameters: test.parameters}
		if got := message(resolveError(policy, aurea.Plan{Workload: w, Concurrency: 3})); got != test.want {
			t.Errorf("%v: %q, want %q", test.parameters, got, test.want)
		}
	}
}

// Whatever the policy allows, a plan must fit what the disk has free.
func TestDiskLimitOfTheDisk(t *testing.T) {
	policy := Policy{Dir: t.TempDir(), MaxDisk: 1 << 60}
	w := aurea.Workload{Kind: "disk", Parameters: map[string]any{"bytes": jsonNumber(1 << 40)}}
	err := resolveError(policy, aurea.Plan{Workload: w, Concurrency: 1 << 20})
	if want := "of disk (what its disk has free, but for "; !strings.Contains(message(err), want) {
		t.Errorf("a plan larger than the disk: %v, want %s", err, want)
	}
}

// A job for which the limit has no room left fails with class limit.
func TestDiskJobBeyondTheLimit(t *testing.T) {
	jobs := open(t, Policy{Dir: t.TempDir(), MaxDisk: 1 << 20}, "disk", nil, 1)
	d := jobs.Runner.(withDeadlineTimer).Runner.(*diskRunner)
	d.used.Take(1, d.limit)
	err := d.Run(t.Context(), 1, JobMetrics{})
	if class := classOf(err); class != "limit" {
		t.Errorf("class %q, want limit", class)
	}
	if !strings.Contains(message(err), "--max-disk") {
		t.Errorf("Run = %v, want the flag --max-disk named", err)
	}
}

// Open fails if the directory cannot be made. That is not the user's mistake.
func TestDiskWithoutADirectory(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := openWith(t.Context(), Policy{Dir: filepath.Join(file, "sub")}, aurea.Workload{Kind: "disk"}, 1)
	if want := "cannot make a directory for the files of disk jobs: "; !strings.HasPrefix(message(err), want) {
		t.Errorf("Open = %v, want %s", err, want)
	}
	if errors.Is(err, aurea.ErrInvalid) {
		t.Errorf("Open = %v is an ErrInvalid", err)
	}
}
