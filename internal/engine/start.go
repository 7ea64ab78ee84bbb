package engine

import (
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// begin sets the run's clock and its lease, and releases the goroutines that wait
// for them. A zero start.At means now.
func (x *execution) begin(start aurea.Start) {
	x.start, x.lease = start.At, start.Lease
	if x.start.IsZero() {
		x.start = time.Now()
	}
	close(x.begun)
}

// abandon ends an execution that never begins. wait is the one of its driver.
func (x *execution) abandon(wait func()) {
	x.stop()
	x.begin(aurea.Start{})
	wait()
	x.close()
}

// awaitZero blocks until time zero of the run's clock, or until the run is
// stopped.
func (x *execution) awaitZero(sleep sleeper) {
	<-x.begun
	for now := x.now(); now < 0 && !x.stopped.Load(); now = x.now() {
		sleep(x.latest.Load().ctx, -now)
	}
}
