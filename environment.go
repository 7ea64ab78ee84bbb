package aurea

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
)

// An Environment describes the machine and the build that measured a result.
type Environment struct {
	CPU            string `json:"cpu"`
	Cores          int    `json:"cores"` // GOMAXPROCS
	MemoryBytes    uint64 `json:"memory_bytes"`
	OS             string `json:"os"`
	Kernel         string `json:"kernel"`
	Governor       string `json:"governor"`       // of the CPU's frequency; "" if unknown
	Virtualization string `json:"virtualization"` // "" on bare metal, or if unknown
	Go             string `json:"go"`
	Flags          string `json:"flags"`   // build settings and GO… variables, such as "CGO_ENABLED=0 GOGC=50"
	Version        string `json:"version"` // of Aurea
	Cgroup         Cgroup `json:"cgroup"`
	IO             string `json:"io,omitempty"` // of event loops: "io_uring" or "epoll"; "" if goroutines sent the requests
	Digest         string `json:"digest"`       // of all other fields
}

// A Cgroup has the resource limits of the process; 0 means no limit.
type Cgroup struct {
	CPULimit    float64 `json:"cpu_limit"` // cores
	MemoryLimit uint64  `json:"memory_limit"`
}

// WithDigest returns the environment with its digest: the first 16 hexadecimal
// digits of the SHA-256 of its JSON.
func (e Environment) WithDigest() Environment {
	e.Digest = ""
	encoded, _ := json.Marshal(e) // always encodes
	sum := sha256.Sum256(encoded)
	e.Digest = hex.EncodeToString(sum[:8])
	return e
}

// Health describes the load generator itself during a run.
type Health struct {
	CPU              float64 `json:"cpu"`                   // share of its cores' time that the process used, 0 to 1
	Steal            float64 `json:"steal"`                 // share of its cores' time that the hypervisor took
	Throttled        float64 `json:"throttled"`             // seconds that a CPU quota stopped the process
	GCPauseMax       float64 `json:"gc_pause_max"`          // longest pause of the garbage collector, seconds
	SchedulerLatency float64 `json:"scheduler_latency_p99"` // p99 of the time that goroutines waited to run, seconds
	// Lateness is the p99 of how late the generator itself started judged jobs, in
	// seconds. A wait for a slot is not in it. It is 0 before NewResult.
	Lateness float64 `json:"lateness_p99,omitempty"`
}

// Worst returns the worse of each number.
func (h Health) Worst(other Health) Health {
	return Health{
		CPU:              max(h.CPU, other.CPU),
		Steal:            max(h.Steal, other.Steal),
		Throttled:        max(h.Throttled, other.Throttled),
		GCPauseMax:       max(h.GCPauseMax, other.GCPauseMax),
		SchedulerLatency: max(h.SchedulerLatency, other.SchedulerLatency),
	}
}
