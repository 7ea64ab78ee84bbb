package platform

import (
	"sync"
	"time"
)

// quotaAge is how long the cgroups with a quota are remembered.
const quotaAge = time.Second

// A quotaCache remembers which cgroups of the process have a quota. Finding them
// reads a file for each cgroup around the process, a tenth of the CPU time of a
// run of one empty job. A new quota counts when quotaAge has passed.
type quotaCache struct {
	mu     sync.Mutex
	readAt time.Time // zero before the first reading
	groups []cgroup
}

var quotas quotaCache

// CgroupThrottled returns how long quotas have throttled the process's cgroup and
// the cgroups around it so far; 0 if there is no quota. It is cheaper than
// CgroupCPU, but a quota may go unnoticed for a second.
func CgroupThrottled() time.Duration { return quotas.throttled(procMount, cgroupMount, time.Now()) }

func (q *quotaCache) throttled(proc, mount string, now time.Time) (sum time.Duration) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.readAt.IsZero() || now.Sub(q.readAt) >= quotaAge {
		q.readAt, q.groups = now, nil
		for group := range cgroups(proc, mount, "cpu") {
			if cpuQuota(group) > 0 {
				q.groups = append(q.groups, group)
			}
		}
	}
	for _, group := range q.groups {
		sum += cpuThrottled(group)
	}
	return sum
}
