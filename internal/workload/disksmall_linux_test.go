package workload

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/platform"
)

// On a disk of a mebibyte: what does not fit is refused, what fills it up after
// all fails as such, and the disk is empty again.
func TestSmallDisk(t *testing.T) {
	policy := Policy{Dir: t.TempDir()}
	err := unix.Mount("none", policy.Dir, "tmpfs", 0, "size=1m")
	if errors.Is(err, unix.EPERM) {
		t.Log("not allowed to mount; TestDiskFull has a full disk for everybody")
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(policy.Dir, 0); err != nil {
			t.Error(err)
		}
	})
	half := aurea.Workload{Kind: "disk", Parameters: map[string]any{"bytes": number64(400 << 10)}}
	if err := check(policy, aurea.Plan{Workload: half, Concurrency: 2}); err != nil {
		t.Errorf("what fits: %v", err)
	}
	err = check(policy, aurea.Plan{Workload: half, Concurrency: 3})
	const want = "workload.bytes: is too much: 3 in flight with 400 KiB of disk each; this host gives all jobs together 921.6 KiB of disk (what its disk has free, but for 102.4 KiB in reserve)"
	if err == nil || err.Error() != want {
		t.Errorf("what does not: %v, want %s", err, want)
	}

	jobs := open(t, policy, "disk", map[string]any{"bytes": number64(900 << 10)}, 1)
	d := jobs.Runner.(withDeadlineTimer).Runner.(*diskRunner)
	d.limit.Max = 2 << 20 // as if others had filled it up meanwhile
	d.bytes = 2 << 20
	metrics := NewJobMetrics(jobs.Metrics)
	var failure *Failure
	if err := d.Run(t.Context(), 1, metrics); !errors.As(err, &failure) || failure.Class != "disk_full" {
		t.Errorf("Run: %v, want disk_full", err)
	}
	if written := metrics.counters[diskWritten]; written < 900<<10 || written > 1<<20 {
		t.Errorf("%d bytes were written to a disk of a mebibyte", written)
	}
	if free, total, _ := platform.DiskSpace(policy.Dir); free != total {
		t.Errorf("%d of %d bytes are free after it", free, total)
	}
	jobs.Close()
	_, err = openWith(t.Context(), policy, aurea.Workload{Kind: "disk", Parameters: map[string]any{"bytes": number64(1 << 20), "op": "read"}}, 1)
	if err == nil || !strings.Contains(err.Error(), "but for") {
		t.Errorf("a file to read that does not fit: %v", err)
	}
	if existing(filepath.Join(policy.Dir, "a", "b")) != policy.Dir {
		t.Error("the disk of a directory that is not there yet is that of the one around it")
	}
}
