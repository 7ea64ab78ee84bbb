package doctor

import (
	"fmt"
	"time"
)

// The limits of what takes cores away.
const (
	minCores  = 2
	warnSteal = 0.02 // beyond it, validity is cpu_steal
	badSteal  = 0.20
	warnLoad  = 0.10
	badLoad   = 0.50
)

func cores(m machine) (string, State) {
	value := fmt.Sprint(m.cores)
	if m.cores != m.allCores {
		value = fmt.Sprintf("%d of %d, by GOMAXPROCS or the CPU quota", m.cores, m.allCores)
	}
	return value, below(int64(m.cores), minCores, 0)
}

// cpuQuota is bad if the quota throttled this process while it only waited:
// what else is in the cgroup uses it up.
func cpuQuota(m machine) (string, State) {
	if m.quota == 0 {
		return "none", OK
	}
	value := fmt.Sprintf("%.3g cores, throttled for %v so far", m.quota, m.throttled.Round(time.Millisecond))
	if m.throttledNow > 0 {
		return fmt.Sprintf("%s, %v of it just now", value, m.throttledNow.Round(time.Microsecond)), Bad
	}
	return value, Warn
}

func governor(m machine) (string, State) {
	switch m.governor {
	case "":
		return "", Unknown
	case "performance":
		return m.governor, OK
	}
	return m.governor, Warn
}

// virtualization is no warning by itself: steal and timer show what it does.
func virtualization(m machine) (string, State) {
	if m.virtualization == "" {
		return "none found", OK
	}
	return m.virtualization, OK
}

func steal(m machine) (string, State) {
	if !m.loadKnown {
		return "", Unknown
	}
	return share(m.steal) + " of the cores", above(m.steal, warnSteal, badSteal)
}

// otherLoad falls back to the load average where the CPU time of others cannot
// be read. The average is of a minute, so it only warns.
func otherLoad(m machine) (string, State) {
	switch average := fmt.Sprintf("load average %.2f", m.loadAverage); {
	case m.loadKnown && m.averageKnown:
		return fmt.Sprintf("%s of the cores, %s", share(m.load), average), above(m.load, warnLoad, badLoad)
	case m.loadKnown:
		return share(m.load) + " of the cores", above(m.load, warnLoad, badLoad)
	case m.averageKnown:
		perCore := m.loadAverage / float64(max(m.allCores, 1))
		return fmt.Sprintf("%s on %d cores", average, m.allCores), above(perCore, badLoad, perCore)
	}
	return "", Unknown
}
