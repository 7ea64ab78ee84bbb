package aurea

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
)

// An Environment is the machine and the build that a result was measured with.
type Environment struct {
	CPU            string `json:"cpu"`
	Cores          int    `json:"cores"` // that Go may use at once
	MemoryBytes    uint64 `json:"memory_bytes"`
	OS             string `json:"os"`
	Kernel         string `json:"kernel"`
	Governor       string `json:"governor"`       // of the CPU's frequency; "" where nobody says
	Virtualization string `json:"virtualization"` // "" on bare metal, or where nobody says
	Go             string `json:"go"`
	Flags          string `json:"flags"`   // build settings and GO… variables that change how it runs, "CGO_ENABLED=0 GOGC=50"
	Version        string `json:"version"` // of Aurea
	Cgroup         Cgroup `json:"cgroup"`
	Digest         string `json:"digest"` // of all the rest: equal where it is equal
}

// A Cgroup is the limits that the process runs under; 0 means no limit.
type Cgroup struct {
	CPULimit    float64 `json:"cpu_limit"` // cores
	MemoryLimit uint64  `json:"memory_limit"`
}

// Sealed returns the environment with its digest: the first 16 hexadecimal
// digits of the SHA-256 of its JSON.
func (e Environment) Sealed() Environment {
	e.Digest = ""
	encoded, _ := json.Marshal(e) // strings and numbers can always be encoded
	sum := sha256.Sum256(encoded)
	e.Digest = hex.EncodeToString(sum[:8])
	return e
}

// Health is how the generator itself fared during a run.
type Health struct {
	CPU              float64 `json:"cpu"`                   // share of its cores that the process used, 0 to 1
	Steal            float64 `json:"steal"`                 // share of its cores that the hypervisor took
	Throttled        float64 `json:"throttled"`             // seconds that a quota held the process back
	GCPauseMax       float64 `json:"gc_pause_max"`          // longest pause of the garbage collector, seconds
	SchedulerLatency float64 `json:"scheduler_latency_p99"` // how long goroutines waited to run, seconds
}
