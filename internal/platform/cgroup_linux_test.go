package platform

import "testing"

func TestCgroupMemoryLimit(t *testing.T) {
	dir := tree(t, map[string]string{
		"self/cgroup":                      "4:memory:/x/y\n0::/\n",
		"memory/x/memory.limit_in_bytes":   "300000\n",
		"memory/x/y/memory.limit_in_bytes": "9223372036854771712\n",
		"memory/memory.limit_in_bytes":     "400000\n",
	})
	if got := cgroupMemoryLimit(dir, dir); got != 300_000 {
		t.Errorf("the limit is %d bytes, want 300000", got)
	}
	if got := cgroupMemoryLimit(t.TempDir(), dir); got != 0 {
		t.Errorf("without cgroups the limit is %d bytes, want 0", got)
	}
	for content, want := range map[string]int64{"1073741824\n": 1 << 30, "max\n": 0, "none\n": 0, "": 0} {
		container := tree(t, map[string]string{"self/cgroup": "0::/\n", "memory.max": content})
		if got := cgroupMemoryLimit(container, container); got != want {
			t.Errorf("a container's %q is a limit of %d bytes, want %d", content, got, want)
		}
	}
}
