package engine

import (
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/platform"
)

// environment describes this machine. Fields that cannot be read stay empty.
func environment(version string) aurea.Environment {
	cpuLimit, _ := platform.CgroupCPU()
	return aurea.Environment{
		CPU:            platform.CPUModel(),
		Cores:          runtime.GOMAXPROCS(0),
		MemoryBytes:    uint64(platform.TotalMemory()),
		OS:             runtime.GOOS + "/" + runtime.GOARCH,
		Kernel:         platform.KernelVersion(),
		Governor:       platform.CPUGovernor(),
		Virtualization: platform.Virtualization(),
		Go:             runtime.Version(),
		Flags:          flags(),
		Version:        version,
		Cgroup:         aurea.Cgroup{CPULimit: cpuLimit, MemoryLimit: uint64(platform.CgroupMemoryLimit())},
	}.WithDigest()
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
