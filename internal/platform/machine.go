package platform

import (
	"github.com/shirou/gopsutil/v4/cpu"
	"github.com/shirou/gopsutil/v4/host"
	"github.com/shirou/gopsutil/v4/load"
)

// CPUModel returns the name of the first core's model. It is "" if it cannot be
// read.
func CPUModel() string {
	cpus, err := cpu.Info()
	if err != nil || len(cpus) == 0 {
		return ""
	}
	return cpus[0].ModelName
}

// Virtualization returns what virtualizes this machine, such as "kvm" or
// "docker". It is "" if nothing does, or if that cannot be read.
func Virtualization() string {
	system, role, err := host.Virtualization()
	if err != nil || role != "guest" {
		return ""
	}
	return system
}

// LoadAverage returns how many processes ran or waited to run, on average over
// the last minute. It reports false if that cannot be read.
func LoadAverage() (processes float64, ok bool) {
	average, err := load.Avg()
	if err != nil {
		return 0, false
	}
	return average.Load1, true
}
