package platform

import (
	"testing"

	"golang.org/x/sys/unix"
)

// The kernel's version is what uname reports.
func TestKernelVersion(t *testing.T) {
	var name unix.Utsname
	if err := unix.Uname(&name); err != nil {
		t.Fatal(err)
	}
	if got, want := KernelVersion(), unix.ByteSliceToString(name.Release[:]); got != want {
		t.Errorf("the kernel is %q, want %q", got, want)
	}
}

func TestPortRange(t *testing.T) {
	for content, want := range map[string][2]int{
		"32768\t60999\n": {32768, 60999}, "": {}, "32768": {}, "a b": {}, "1 b": {},
	} {
		first, last := portRange(tree(t, map[string]string{"sys/net/ipv4/ip_local_port_range": content}))
		if got := [2]int{first, last}; got != want {
			t.Errorf("%q: %v, want %v", content, got, want)
		}
	}
}

func TestSys(t *testing.T) {
	sys := tree(t, map[string]string{
		"devices/system/cpu/cpu0/cpufreq/scaling_governor":            "powersave\n",
		"devices/system/clocksource/clocksource0/current_clocksource": "hpet\n",
	})
	if got := cpuGovernor(sys); got != "powersave" {
		t.Errorf("the governor is %q, want powersave", got)
	}
	if got := clockSource(sys); got != "hpet" {
		t.Errorf("the clock source is %q, want hpet", got)
	}
	if got := cpuGovernor(t.TempDir()); got != "" {
		t.Errorf("without the file the governor is %q", got)
	}
}
