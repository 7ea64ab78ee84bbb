package doctor

import "fmt"

// checks is the table of what is examined. effect says what a check that is not
// ok does to a measurement; advice says what to do then. To add a check, add
// its function and its line.
var checks = []struct {
	name   string
	judge  func(m machine) (value string, state State)
	effect string
	advice string
}{
	{"cores", cores, "generator and target wait for each other on one core, and latency has the wait in it",
		"use a machine with more cores, unset GOMAXPROCS, or run the load on workers (--workers)"},
	{"cpu quota", cpuQuota, "the kernel stops a process that has used its quota, up to 0.1 s: latency gets a tail",
		"give the container whole cores (cpuset) instead of a quota, or remove its CPU limit"},
	{"governor", governor, "cores change their speed during a run, so that two runs of the same code differ",
		"sudo cpupower frequency-set -g performance"},
	{"virtualization", virtualization, "other machines on the same host take its cores, caches and disks",
		"compare runs of the same machine only, and look at steal"},
	{"steal", steal, "the hypervisor gives cores of this machine to others: jobs start and end late",
		"use an instance with cores of its own (dedicated, not burstable)"},
	{"other load", otherLoad, "other programs take cores from generator and target: latency has their work in it",
		"stop them; top shows which they are"},
	{"open files", openFiles, "each connection is a file: a run with more in flight fails as generator_limit",
		"ulimit -n 65536, or LimitNOFILE= of the service"},
	{"ports", ports, "each connection to one target takes a port: more of them fail as generator_limit",
		`sudo sysctl net.ipv4.ip_local_port_range="1024 65535"`},
	{"memory", memory, "the garbage collector runs often and the machine swaps, or the kernel ends the run",
		"stop other programs, raise the memory limit, or run without --include-jobs and with less in flight"},
	{"clock source", clockSource, "each reading of the time is a system call, and every job reads it",
		"use tsc, if /sys/devices/system/clocksource/clocksource0/available_clocksource has it"},
	{"clock read", clockRead, "every job reads the clock: the generator is slower, and short jobs look longer",
		"see clock source, and stop other programs"},
	{"timer", timer, "jobs start as late as this, which is part of their latency",
		"stop other programs, use more cores, or a kernel with high-resolution timers"},
}

// above judges a value by the limits beyond which it is a warning and bad.
func above[T int64 | float64](value, warn, bad T) State {
	switch {
	case value > bad:
		return Bad
	case value > warn:
		return Warn
	}
	return OK
}

// below judges a value by the limits that it must reach.
func below(value, warn, bad int64) State { return above(-value, -warn, -bad) }

// share writes a share as a percentage.
func share(of float64) string { return fmt.Sprintf("%.1f %%", 100*of) }
