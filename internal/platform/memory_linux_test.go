package platform

import (
	"os"
	"path/filepath"
	"testing"
)

// tree writes files below a new directory and returns it.
func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for file, content := range files {
		file = filepath.Join(dir, file)
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestAvailableMemory(t *testing.T) {
	const ample = "MemTotal:       2048 kB\nMemAvailable:       1024 kB\n"
	for name, test := range map[string]struct {
		files map[string]string
		want  int64
	}{
		"the kernel's estimate": {map[string]string{"proc/meminfo": ample, "proc/self/cgroup": "0::/\n"}, 1 << 20},
		"the cgroup's limit": {map[string]string{"proc/meminfo": ample, "proc/self/cgroup": "0::/a/b\n",
			"groups/a/b/memory.max": "500000\n", "groups/a/b/memory.current": "100000\n"}, 400_000},
		"the limit of the cgroup around": {map[string]string{"proc/meminfo": ample, "proc/self/cgroup": "0::/a/b\n",
			"groups/a/b/memory.max": "max\n", "groups/a/memory.max": "300000\n"}, 300_000},
		"the limit of a container": {map[string]string{"proc/meminfo": ample, "proc/self/cgroup": "0::/\n",
			"groups/memory.max": "200000\n"}, 200_000},
		"a cgroup that has used its limit": {map[string]string{"proc/meminfo": ample, "proc/self/cgroup": "0::/\n",
			"groups/memory.max": "200000\n", "groups/memory.current": "200001\n"}, 1},
		"version 1": {map[string]string{"proc/meminfo": ample, "proc/self/cgroup": "4:memory:/x\n1:cpu:/\n0::/\n",
			"groups/memory/x/memory.limit_in_bytes": "100000\n", "groups/memory/x/memory.usage_in_bytes": "1\n"}, 99_999},
		"version 1 without a limit": {map[string]string{"proc/meminfo": ample, "proc/self/cgroup": "4:memory:/x\n",
			"groups/memory/x/memory.limit_in_bytes": "9223372036854771712\n",
			"groups/memory/x/memory.usage_in_bytes": "1\n"}, 1 << 20},
		"nothing is known": {nil, 0},
	} {
		dir := tree(t, test.files)
		if got := availableMemory(filepath.Join(dir, "proc"), filepath.Join(dir, "groups")); got != test.want {
			t.Errorf("%s: %d, want %d", name, got, test.want)
		}
	}
}

func TestMeminfo(t *testing.T) {
	dir := tree(t, map[string]string{"meminfo": "MemTotal:  2048 kB\nMemTotalOfOthers: 1 kB\nMemFree:  many kB\n"})
	for name, want := range map[string]int64{"MemTotal": 2 << 20, "MemFree": 0, "MemAvailable": 0} {
		if got := meminfo(dir, name); got != want {
			t.Errorf("%s: %d, want %d", name, got, want)
		}
	}
	if got := meminfo(t.TempDir(), "MemTotal"); got != 0 {
		t.Errorf("without the file: %d, want 0", got)
	}
}

// This machine has memory, and no more of it is available than there is.
func TestMemoryOfThisMachine(t *testing.T) {
	total, available := TotalMemory(), AvailableMemory()
	if total < 1<<20 {
		t.Errorf("this machine has %d bytes of memory", total)
	}
	if available < 1<<20 {
		t.Errorf("%d bytes are available", available)
	}
	if available > total {
		t.Errorf("%d bytes of %d are available", available, total)
	}
}
