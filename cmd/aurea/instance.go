package main

import (
	"fmt"
	"os"

	"github.com/aurea-orchestrator/aurea/internal/platform"
)

// maxInstances is the number of numbered instance names per host.
const maxInstances = 100

// claimInstance returns the instance label of pushed metrics: the host's name,
// or a name such as host-2 while another process pushes under the host's name.
// No other process of the host gets the same name before release is called.
// Successive runs therefore share their series, and simultaneous runs do not.
//
// On systems where names cannot be claimed, the name contains the process id.
func claimInstance() (name string, release func()) {
	host, _ := os.Hostname() // "" if unknown
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
