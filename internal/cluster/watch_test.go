package cluster

import (
	"errors"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// A run is left to the next server unless it is being stopped: then it ends here, as
// whoever stopped it wants.
func TestLeave(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		stoppedAt time.Duration
		want      error
	}{
		{time.Duration(aurea.Forever), aurea.ErrHandedOver},
		{time.Second, nil},
	} {
		w := watcher{stoppedAt: test.stoppedAt}
		if w.leave(); !errors.Is(w.dismissed, test.want) {
			t.Errorf("a run that was stopped at %s: %v, want %v", test.stoppedAt, w.dismissed, test.want)
		}
	}
}
