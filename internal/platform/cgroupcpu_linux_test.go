package platform

import (
	"testing"
	"time"
)

// The lowest quota holds, of both versions of cgroups, and the times add up.
func TestCgroupCPU(t *testing.T) {
	for name, test := range map[string]struct {
		files     map[string]string
		cores     float64
		throttled time.Duration
	}{
		"a service's own": {map[string]string{"self/cgroup": "0::/a/b\n", "a/b/cpu.max": "150000 100000\n",
			"a/b/cpu.stat": "nr_throttled 1\nthrottled_usec 250000\n"}, 1.5, 250 * time.Millisecond},
		"the one around it is lower": {map[string]string{"self/cgroup": "0::/a/b\n", "a/b/cpu.max": "300000 100000\n",
			"a/b/cpu.stat": "throttled_usec 1000\n", "a/cpu.max": "200000 100000\n",
			"a/cpu.stat": "throttled_usec 2000\n"}, 2, 3 * time.Millisecond},
		"a container's": {map[string]string{"self/cgroup": "0::/\n", "cpu.max": "50000 100000\n"}, 0.5, 0},
		"no quota": {map[string]string{"self/cgroup": "0::/a\n", "a/cpu.max": "max 100000\n",
			"a/cpu.stat": "throttled_usec 9\n"}, 0, 0},
		"version 1": {map[string]string{"self/cgroup": "3:cpuset:/y\n2:cpu,cpuacct:/x\n",
			"cpu,cpuacct/x/cpu.cfs_quota_us": "250000\n", "cpu,cpuacct/x/cpu.cfs_period_us": "100000\n",
			"cpu,cpuacct/x/cpu.stat": "nr_throttled 4\nthrottled_time 7000000\n"}, 2.5, 7 * time.Millisecond},
		"version 1 without a quota": {map[string]string{"self/cgroup": "1:cpu:/\n",
			"cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"}, 0, 0},
		"no period":        {map[string]string{"self/cgroup": "0::/\n", "cpu.max": "100000 0\n"}, 0, 0},
		"no number":        {map[string]string{"self/cgroup": "0::/\n", "cpu.max": "none\n"}, 0, 0},
		"nothing is known": {nil, 0, 0},
	} {
		dir := tree(t, test.files)
		cores, throttled := cgroupCPU(dir, dir)
		if cores != test.cores {
			t.Errorf("%s: %v cores, want %v", name, cores, test.cores)
		}
		if throttled != test.throttled {
			t.Errorf("%s: throttled for %v, want %v", name, throttled, test.throttled)
		}
	}
}
