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

// On a disk of a mebibyte, a plan that does not fit is refused. A job that fills
// the disk nevertheless fails with class disk_full and leaves the disk empty.
func TestSmallDisk(t *testing.T) {
	policy := Policy{Dir: t.TempDir()}
	err := unix.Mount("none", policy.Dir, "tmpfs", 0, "size=1m")
	if errors.Is(err, unix.EPERM) {
		t.Log("not allowed to mount; TestDiskFull needs no permission")
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
	half := aurea.Workload{Kind: "disk", Parameters: map[string]any{"bytes": jsonNumber(400 << 10)}}
	if err := resolveError(policy, aurea.Plan{Workload: half, Concurrency: 2}); err != nil {
		t.Errorf("a plan that fits: %v", err)
	}
	err = resolveError(policy, aurea.Plan{Workload: half, Concurrency: 3})
	const want = "workload.bytes: is too much: 3 in flight with 400 KiB of disk each; this host gives all jobs " +
		"together 921.6 KiB of disk (what its disk has free, but for 102.4 KiB in reserve)"
	if message(err) != want {
		t.Errorf("a plan that does not fit: %v, want %s", err, want)
	}

	jobs := open(t, policy, "disk", map[string]any{"bytes": jsonNumber(900 << 10)}, 1)
	d := jobs.Runner.(withDeadlineTimer).Runner.(*diskRunner)
	d.limit.Max = 2 << 20 // as if the disk had been larger when the limit was computed
	d.bytes = 2 << 20
	metrics := NewJobMetrics(jobs.Metrics)
	if err := d.Run(t.Context(), 1, metrics); classOf(err) != "disk_full" {
		t.Errorf("Run = %v, want the class disk_full", err)
	}
	if written := metrics.counters[diskWritten]; written < 900<<10 || written > 1<<20 {
		t.Errorf("%d bytes were written to a disk of a mebibyte", written)
	}
	if free, total, _ := platform.DiskSpace(policy.Dir); free != total {
		t.Errorf("%d of %d bytes are free after the job", free, total)
	}
	jobs.Close()
	large := aurea.Workload{Kind: "disk", Parameters: map[string]any{"bytes": jsonNumber(1 << 20), "op": "read"}}
	if _, err := openWith(t.Context(), policy, large, 1); !strings.Contains(message(err), "but for") {
		t.Errorf("a shared file that does not fit: %v, want the disk's limit named", err)
	}
	if got := existing(filepath.Join(policy.Dir, "a", "b")); got != policy.Dir {
		t.Errorf("existing = %s, want the nearest parent that exists, %s", got, policy.Dir)
	}
}
