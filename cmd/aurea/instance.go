package main

import (
	"fmt"
	"os"

	"github.com/aurea-orchestrator/aurea/internal/platform"
)

// maxInstances is how many runs of a host may push at once under short names.
const maxInstances = 100

// claimInstance returns a name for what this process pushes that no other
// process of the host has until release: the host's name, or, while that is
// taken, one such as host-2. So runs after each other share their series, and
// runs at once do not mix theirs.
//
// Where names cannot be claimed, the name has the number of the process.
func claimInstance() (name string, release func()) {
	host, _ := os.Hostname() // "" where there is none
	for n := 1; n <= maxInstances; n++ {
		release, ok := platform.ClaimName(fmt.Sprintf("aurea-push-%d", n))
		if !ok {
			continue
		}
		name = host
		if n > 1 {
			name = fmt.Sprintf("%s-%d", host, n)
		}
		return name, release
	}
	return fmt.Sprintf("%s-pid%d", host, os.Getpid()), func() {}
}
