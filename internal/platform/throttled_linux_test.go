package platform

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// The time of a cgroup with a quota is read each time. A new quota counts after a
// second.
func TestThrottledSoFar(t *testing.T) {
	dir := tree(t, map[string]string{
		"self/cgroup": "0::/a/b\n", "a/b/cpu.max": "max 100000\n", "a/b/cpu.stat": "throttled_usec 1000\n",
		"a/cpu.max": "200000 100000\n", "a/cpu.stat": "throttled_usec 2000\n",
	})
	write := func(name, content string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var q quotaCache
	start := time.Now()
	check := func(after, want time.Duration) {
		t.Helper()
		if got := q.throttled(dir, dir, start.Add(after)); got != want {
			t.Errorf("after %v: throttled for %v, want %v", after, got, want)
		}
	}
	check(0, 2*time.Millisecond)
	write("a/cpu.stat", "throttled_usec 5000\n")
	check(time.Millisecond, 5*time.Millisecond)
	write("a/b/cpu.max", "100000 100000\n")
	check(quotaAge-1, 5*time.Millisecond)
	check(quotaAge, 6*time.Millisecond)
	write("a/cpu.max", "max 100000\n")
	check(2*quotaAge, time.Millisecond)
}
