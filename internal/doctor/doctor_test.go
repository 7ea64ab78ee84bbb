package doctor

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// good is a machine on which every check is ok.
var good = machine{
	cores: 4, allCores: 4, governor: "performance", loadKnown: true, averageKnown: true, loadAverage: 0.25,
	openFiles: 65536, firstPort: 32768, lastPort: 60999, availableMemory: 8 << 30, clockSource: "tsc",
	clockRead: 40 * time.Nanosecond, naps: allNaps, overshoot: 80 * time.Microsecond,
}

// found is a machine that differs from good, and what the check of this name
// finds there.
type found struct {
	check string
	spoil func(*machine)
	state State
	value string
}

var founds = []found{
	{"cores", func(*machine) {}, OK, "4"},
	{"cores", func(m *machine) { m.cores = 2 }, OK, "2 of 4, by GOMAXPROCS or the CPU quota"},
	{"cores", func(m *machine) { m.cores = 1 }, Warn, "1 of 4, by GOMAXPROCS or the CPU quota"},
	{"cpu quota", func(*machine) {}, OK, "none"},
	{"cpu quota", func(m *machine) { m.quota, m.throttled = 1.5, time.Second }, Warn,
		"1.5 cores, throttled for 1s so far"},
	{"cpu quota", func(m *machine) { m.quota, m.throttled, m.throttledNow = 2, 3*time.Second, 5*time.Millisecond }, Bad,
		"2 cores, throttled for 3s so far, 5ms of it just now"},
	{"governor", func(*machine) {}, OK, "performance"},
	{"governor", func(m *machine) { m.governor = "powersave" }, Warn, "powersave"},
	{"virtualization", func(*machine) {}, OK, "none found"},
	{"virtualization", func(m *machine) { m.virtualization = "kvm" }, OK, "kvm"},
	{"steal", func(m *machine) { m.steal = 0.02 }, OK, "2.0 % of the cores"},
	{"steal", func(m *machine) { m.steal = 0.03 }, Warn, "3.0 % of the cores"},
	{"steal", func(m *machine) { m.steal = 0.21 }, Bad, "21.0 % of the cores"},
	{"other load", func(m *machine) { m.load = 0.1 }, OK, "10.0 % of the cores, load average 0.25"},
	{"other load", func(m *machine) { m.load = 0.2 }, Warn, "20.0 % of the cores, load average 0.25"},
	{"other load", func(m *machine) { m.load = 0.51 }, Bad, "51.0 % of the cores, load average 0.25"},
	{"other load", func(m *machine) { m.averageKnown = false }, OK, "0.0 % of the cores"},
	{"other load", func(m *machine) { m.loadKnown, m.loadAverage = false, 2 }, OK, "load average 2.00 on 4 cores"},
	{"other load", func(m *machine) { m.loadKnown, m.loadAverage = false, 40 }, Warn, "load average 40.00 on 4 cores"},
	{"open files", func(m *machine) { m.openFiles = 10_000 }, OK, "10000"},
	{"open files", func(m *machine) { m.openFiles = 1024 }, Warn, "1024"},
	{"open files", func(m *machine) { m.openFiles = 255 }, Bad, "255"},
	{"open files", func(m *machine) { m.openFiles = 1 << 62 }, OK, "unlimited"},
	{"ports", func(*machine) {}, OK, "28232 (32768 to 60999)"},
	{"ports", func(m *machine) { m.lastPort = 34767 }, Warn, "2000 (32768 to 34767)"},
	{"ports", func(m *machine) { m.lastPort = 32768 }, Bad, "1 (32768 to 32768)"},
	{"memory", func(*machine) {}, OK, "8192 MiB available"},
	{"memory", func(m *machine) { m.availableMemory, m.memoryLimit = 256<<20, 1<<30 }, Warn,
		"256 MiB available, limit 1024 MiB"},
	{"memory", func(m *machine) { m.availableMemory = 1 << 20 }, Bad, "1 MiB available"},
	{"clock source", func(*machine) {}, OK, "tsc"},
	{"clock source", func(m *machine) { m.clockSource = "hpet" }, Warn, "hpet"},
	{"clock read", func(*machine) {}, OK, "40ns"},
	{"clock read", func(m *machine) { m.clockRead = time.Microsecond }, Warn, "1µs"},
	{"clock read", func(m *machine) { m.clockRead = 6 * time.Microsecond }, Bad, "6µs"},
	{"timer", func(*machine) {}, OK, "p99 of 500 sleeps of 1ms was 80µs late"},
	{"timer", func(m *machine) { m.overshoot = 2 * time.Millisecond }, Warn, "p99 of 500 sleeps of 1ms was 2ms late"},
	{"timer", func(m *machine) { m.overshoot = 21 * time.Millisecond }, Bad, "p99 of 500 sleeps of 1ms was 21ms late"},
}

// Each check has its state and value, and advice if it is warn or bad. It comes
// first if it is not ok, and the report's state is its own.
func TestChecks(t *testing.T) {
	for _, want := range founds {
		m := good
		want.spoil(&m)
		report := judge(m)
		for i, c := range report.Checks {
			if c.Name != want.check {
				if c.State == Warn || c.State == Bad {
					t.Errorf("%s of %s: %s is %s too", want.value, want.check, c.Name, c.State)
				}
				continue
			}
			if c.State != want.state || c.Value != want.value {
				t.Errorf("%s is %s with %q, want %s with %q", c.Name, c.State, c.Value, want.state, want.value)
			}
			if (c.Advice != "") != (want.state != OK) {
				t.Errorf("%s is %s with the advice %q", c.Name, c.State, c.Advice)
			}
			if want.state != OK && i != 0 {
				t.Errorf("%s is %s and check %d, want the first", c.Name, c.State, i+1)
			}
		}
		if report.State != want.state {
			t.Errorf("%s of %s: the report is %s, want %s", want.value, want.check, report.State, want.state)
		}
	}
}

// Every check of the table is tested in two states or more, and says what it
// does to a measurement.
func TestTable(t *testing.T) {
	tested := map[string]int{}
	for _, f := range founds {
		tested[f.check]++
	}
	for _, c := range checks {
		if tested[c.name] < 2 {
			t.Errorf("%s is tested in %d states", c.name, tested[c.name])
		}
		if c.effect == "" || c.advice == "" {
			t.Errorf("%s has the effect %q and the advice %q", c.name, c.effect, c.advice)
		}
	}
}

// The worst comes first, otherwise the order is the table's; the verdict names
// what is not ok.
func TestVerdict(t *testing.T) {
	spoiled := good
	spoiled.steal, spoiled.cores, spoiled.overshoot, spoiled.governor = 0.5, 1, time.Second, ""
	fair := good
	fair.cores = 1
	for want, m := range map[string]machine{
		"bad: a measurement on this machine would be spoiled by steal, timer, and may be disturbed by cores " +
			"(unknown: governor)": spoiled,
		"warn: a measurement on this machine may be disturbed by cores": fair,
		"ok: nothing was found that would spoil a measurement":          good,
	} {
		report := judge(m)
		if got := string(report.State) + ": " + report.Verdict; got != want {
			t.Errorf("the verdict is %q, want %q", got, want)
		}
	}
	var names []string
	for _, c := range judge(spoiled).Checks {
		names = append(names, c.Name)
	}
	want := []string{"steal", "timer", "cores", "governor", "cpu quota", "virtualization", "other load", "open files",
		"ports", "memory", "clock source", "clock read"}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("the order (-want +got):\n%s", diff)
	}
}

// What cannot be read is unknown, not fine, and no warning.
func TestUnknownMachine(t *testing.T) {
	var unknown []string
	report := judge(machine{cores: 4, allCores: 4})
	for _, c := range report.Checks {
		if c.State == Unknown {
			unknown = append(unknown, c.Name)
		}
	}
	want := []string{"governor", "steal", "other load", "open files", "ports", "memory", "clock source", "timer"}
	if diff := cmp.Diff(want, unknown); diff != "" {
		t.Errorf("what is unknown (-want +got):\n%s", diff)
	}
	if report.State != OK {
		t.Errorf("the state is %s, want ok", report.State)
	}
}

// This machine can be examined, and what it is does not exceed what can be.
func TestExamineMachine(t *testing.T) {
	m := examine(t.Context())
	if m.cores < 1 || m.allCores < 1 {
		t.Errorf("%d cores of %d", m.cores, m.allCores)
	}
	if m.load < 0 || m.load > 1 {
		t.Errorf("others use a share of %v", m.load)
	}
	if m.steal < 0 || m.steal > 1 {
		t.Errorf("a share of %v is stolen", m.steal)
	}
	if m.naps != allNaps {
		t.Errorf("%d sleeps were measured, want %d", m.naps, allNaps)
	}
	if m.clockRead <= 0 {
		t.Errorf("reading the clock takes %v", m.clockRead)
	}
}

// A caller that does not wait gets every check; what was not measured is
// unknown.
func TestExamineCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	report := Examine(ctx)
	if len(report.Checks) != len(checks) {
		t.Errorf("%d checks, want %d", len(report.Checks), len(checks))
	}
	for _, c := range report.Checks {
		if c.Value == "" {
			t.Errorf("%s has no value", c.Name)
		}
		if (c.Name == "timer" || c.Name == "steal") && c.State != Unknown {
			t.Errorf("%s is %s, want unknown", c.Name, c.State)
		}
	}
}
