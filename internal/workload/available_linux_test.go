package workload

import (
	"os"
	"path/filepath"
	"testing"
)

func TestAvailableMemory(t *testing.T) {
	const plenty = "MemTotal:       2048 kB\nMemAvailable:       1024 kB\n"
	for name, test := range map[string]struct {
		files map[string]string
		want  int64
	}{
		"the kernel's estimate": {map[string]string{"proc/meminfo": plenty, "proc/self/cgroup": "0::/\n"}, 1 << 20},
		"the group's limit": {map[string]string{"proc/meminfo": plenty, "proc/self/cgroup": "0::/a/b\n",
			"groups/a/b/memory.max": "500000\n", "groups/a/b/memory.current": "100000\n"}, 400_000},
		"that of the group around": {map[string]string{"proc/meminfo": plenty, "proc/self/cgroup": "0::/a/b\n",
			"groups/a/b/memory.max": "max\n", "groups/a/memory.max": "300000\n"}, 300_000},
		"that of a container": {map[string]string{"proc/meminfo": plenty, "proc/self/cgroup": "0::/\n", "groups/memory.max": "200000\n"}, 200_000},
		"a group that has all it may": {map[string]string{"proc/meminfo": plenty, "proc/self/cgroup": "0::/\n",
			"groups/memory.max": "200000\n", "groups/memory.current": "200001\n"}, 1},
		"the first version of groups": {map[string]string{"proc/meminfo": plenty, "proc/self/cgroup": "4:memory:/x\n1:cpu:/\n0::/\n",
			"groups/memory/x/memory.limit_in_bytes": "100000\n", "groups/memory/x/memory.usage_in_bytes": "1\n"}, 99_999},
		"a first version without a limit": {map[string]string{"proc/meminfo": plenty, "proc/self/cgroup": "4:memory:/x\n",
			"groups/memory/x/memory.limit_in_bytes": "9223372036854771712\n", "groups/memory/x/memory.usage_in_bytes": "1\n"}, 1 << 20},
		"nothing is known": {nil, 0},
	} {
		dir := t.TempDir()
		for file, content := range test.files {
			file = filepath.Join(dir, file)
			if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if got := availableMemory(filepath.Join(dir, "proc"), filepath.Join(dir, "groups")); got != test.want {
			t.Errorf("%s: %d, want %d", name, got, test.want)
		}
	}
	dir := t.TempDir()
	for file, content := range map[string]string{"self/cgroup": "4:memory:/x/y\n0::/\n", "memory/x/memory.limit_in_bytes": "300000\n",
		"memory/x/y/memory.limit_in_bytes": "9223372036854771712\n", "memory/memory.limit_in_bytes": "400000\n"} {
		file = filepath.Join(dir, file)
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if got := groupMemory(dir, dir); got != 300_000 {
		t.Errorf("the groups let it take %d bytes, want 300000", got)
	}
	if got := groupMemory(t.TempDir(), dir); got != 0 {
		t.Errorf("no groups let it take %d bytes, want 0 for any number", got)
	}
	if halfTheMemory() < 1<<20 {
		t.Errorf("half the memory of this machine is %d bytes", halfTheMemory())
	}
}
