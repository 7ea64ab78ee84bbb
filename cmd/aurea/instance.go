package main

import (
	"fmt"
	"net"
	"os"
	"runtime"
)

// maxInstances is how many runs of a host may push at once under short names.
const maxInstances = 100

// claimInstance returns a name for what this process pushes that no other
// process of the host has until release: the host's name, or, while that is
// taken, one such as host-2. So runs after each other share their series, and
// runs at once do not mix theirs.
//
// A claim is a socket in Linux's abstract namespace: it needs no file and ends
// with its process. Elsewhere the name has the number of the process.
func claimInstance() (name string, release func()) {
	host, _ := os.Hostname() // "" where there is none
	for n := 1; n <= maxInstances && runtime.GOOS == "linux"; n++ {
		claim, err := net.ListenUnix("unix", &net.UnixAddr{Name: fmt.Sprintf("@aurea-push-%d", n), Net: "unix"})
		if err != nil {
			continue
		}
		name = host
		if n > 1 {
			name = fmt.Sprintf("%s-%d", host, n)
		}
		return name, func() { _ = claim.Close() } // nothing ever connects to it
	}
	return fmt.Sprintf("%s-pid%d", host, os.Getpid()), func() {}
}
