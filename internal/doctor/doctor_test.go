package doctor

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// good is a machine without a warning.
var good = machine{
	cores: 4, governor: "performance", loadKnown: true, openFiles: 65536, ports: 28232,
	availableMemory: 8 << 30, clockSource: "tsc", clockRead: 40 * time.Nanosecond, overshoot: 80 * time.Microsecond,
}

// A good machine has no warning and no advice.
func TestGoodMachine(t *testing.T) {
	report := judge(good)
	if report.State != OK {
		t.Errorf("the state is %s, want ok", report.State)
	}
	for _, c := range report.Checks {
		if c.State != OK || c.Advice != "" {
			t.Errorf("%s is %s with the advice %q", c.Name, c.State, c.Advice)
		}
	}
	if len(report.Checks) != len(checks) {
		t.Errorf("%d checks, want %d", len(report.Checks), len(checks))
	}
}

// Each wrong property is a warning with advice, and the only one.
func TestWrongMachines(t *testing.T) {
	for name, spoil := range map[string]func(*machine){
		"cores":        func(m *machine) { m.cores = 1 },
		"cpu quota":    func(m *machine) { m.quota = 1.5 },
		"governor":     func(m *machine) { m.governor = "powersave" },
		"steal":        func(m *machine) { m.steal = 0.03 },
		"other load":   func(m *machine) { m.load = 0.2 },
		"open files":   func(m *machine) { m.openFiles = 1024 },
		"ports":        func(m *machine) { m.ports = 100 },
		"memory":       func(m *machine) { m.availableMemory = 1 << 20 },
		"clock source": func(m *machine) { m.clockSource = "hpet" },
		"clock read":   func(m *machine) { m.clockRead = time.Microsecond },
		"timer":        func(m *machine) { m.overshoot = 2 * time.Millisecond },
	} {
		m := good
		spoil(&m)
		report := judge(m)
		var warned []string
		for _, c := range report.Checks {
			if c.State == Warning {
				warned = append(warned, c.Name)
			}
			if (c.Advice != "") != (c.State == Warning) {
				t.Errorf("%s: %s is %s with the advice %q", name, c.Name, c.State, c.Advice)
			}
		}
		if diff := cmp.Diff([]string{name}, warned); diff != "" {
			t.Errorf("the warnings (-want +got):\n%s", diff)
		}
		if report.State != Warning {
			t.Errorf("%s: the state is %s, want warning", name, report.State)
		}
	}
}

// What cannot be read is unknown, not fine, and no warning.
func TestUnknownMachine(t *testing.T) {
	var unknown []string
	report := judge(machine{cores: 4})
	for _, c := range report.Checks {
		if c.State == Unknown {
			unknown = append(unknown, c.Name)
		}
	}
	want := []string{"governor", "other load", "open files", "ports", "memory", "clock source"}
	if diff := cmp.Diff(want, unknown); diff != "" {
		t.Errorf("what is unknown (-want +got):\n%s", diff)
	}
	if report.State != OK {
		t.Errorf("the state is %s, want ok", report.State)
	}
}

// This machine can be examined, also by a caller that does not wait.
func TestExamine(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, c := range Examine(ctx).Checks {
		if c.Value == "" {
			t.Errorf("%s has no value", c.Name)
		}
	}
}
