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
