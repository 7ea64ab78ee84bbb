package doctor

import (
	"fmt"
	"slices"
	"time"
)

// The limits of clocks and timers.
const (
	warnClockRead, badClockRead = 200 * time.Nanosecond, 5 * time.Microsecond
	warnOvershoot, badOvershoot = time.Millisecond, 20 * time.Millisecond // beyond the first, validity is delay
)

// fastClocks are the clock sources that are read without a system call.
var fastClocks = []string{"tsc", "kvm-clock", "hyperv_clocksource_tsc_page", "arch_sys_counter", "arch_mct_tick"}

func clockSource(m machine) (string, State) {
	switch {
	case m.clockSource == "":
		return "", Unknown
	case slices.Contains(fastClocks, m.clockSource):
		return m.clockSource, OK
	}
	return m.clockSource, Warn
}

func clockRead(m machine) (string, State) {
	return m.clockRead.String(), above(int64(m.clockRead), int64(warnClockRead), int64(badClockRead))
}

func timer(m machine) (string, State) {
	if m.naps == 0 {
		return "", Unknown
	}
	value := fmt.Sprintf("p99 of %d sleeps of %v was %v late", m.naps, nap, m.overshoot.Round(time.Microsecond))
	return value, above(int64(m.overshoot), int64(warnOvershoot), int64(badOvershoot))
}
