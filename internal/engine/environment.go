package engine

import (
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"

	"github.com/shirou/gopsutil/v4/cpu"
	"github.com/shirou/gopsutil/v4/host"
	"github.com/shirou/gopsutil/v4/mem"

	"github.com/aurea-orchestrator/aurea"
)

// environment describes this machine. Fields that cannot be read stay empty.
func environment(version string) aurea.Environment {
	e := aurea.Environment{
		Cores:    runtime.GOMAXPROCS(0),
		OS:       runtime.GOOS + "/" + runtime.GOARCH,
		Kernel:   kernel(),
		Governor: governor(),
		Go:       runtime.Version(),
		Flags:    flags(),
		Version:  version,
		Cgroup:   cgroup("/sys/fs/cgroup"),
	}
	if cpus, err := cpu.Info(); err == nil && len(cpus) > 0 {
		e.CPU = cpus[0].ModelName
	}
	if memory, err := mem.VirtualMemory(); err == nil {
		e.MemoryBytes = memory.Total
	}
	if system, role, err := host.Virtualization(); err == nil && role == "guest" {
		e.Virtualization = system
	}
	return e.Sealed()
}

// cgroup reads the limits of a version 2 cgroup at the hierarchy's mount point.
// In a container that is the process's own cgroup.
func cgroup(root string) aurea.Cgroup {
	var limits aurea.Cgroup
	if quota, period, ok := strings.Cut(read(root+"/cpu.max"), " "); ok && quota != "max" {
		q, _ := strconv.ParseFloat(quota, 64)
		if p, _ := strconv.ParseFloat(period, 64); p > 0 {
			limits.CPULimit = q / p
		}
	}
	limits.MemoryLimit, _ = strconv.ParseUint(read(root+"/memory.max"), 10, 64) // "max" is no limit: 0
	return limits
}

// flags lists the build settings and environment variables that change the
// speed of the same source on the same machine, where they are set.
func flags() string {
	var set []string
	if build, ok := debug.ReadBuildInfo(); ok {
		for _, setting := range build.Settings {
			switch setting.Key {
			case "-race", "-gcflags", "-asan", "-msan", "-cover", "CGO_ENABLED", "GOAMD64", "GOARM64", "GOEXPERIMENT":
				set = append(set, setting.Key+"="+setting.Value)
			}
		}
	}
	for _, name := range []string{"GODEBUG", "GOGC", "GOMAXPROCS", "GOMEMLIMIT"} {
		if value := os.Getenv(name); value != "" {
			set = append(set, name+"="+value)
		}
	}
	slices.Sort(set)
	return strings.Join(set, " ")
}
