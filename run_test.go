package aurea

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// Move allows exactly the transitions of the table.
func TestMove(t *testing.T) {
	lives := map[Status][]Status{
		StatusQueued:  {StatusRunning, StatusCancelled, StatusInterrupted},
		StatusRunning: {StatusCompleted, StatusFailed, StatusCancelled, StatusInterrupted},
	}
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for _, from := range Statuses() {
		if from.Finished() != (lives[from] == nil) {
			t.Errorf("%s is finished: %v", from, from.Finished())
		}
		for _, to := range Statuses() {
			allowed := false
			for _, one := range lives[from] {
				allowed = allowed || one == to
			}
			run := Run{Status: from}
			err := run.Move(to, now)
			if allowed != (err == nil) || err != nil && !errors.Is(err, ErrConflict) {
				t.Errorf("from %s to %s: %v", from, to, err)
			}
			if err != nil {
				if diff := cmp.Diff(Run{Status: from}, run); diff != "" {
					t.Errorf("from %s to %s: rejected, but the run has changed (-was +is):\n%s", from, to, diff)
				}
				continue
			}
			if run.Status != to {
				t.Errorf("from %s to %s: the status is %s", from, to, run.Status)
			}
			if (run.StartedAt != nil) != (to == StatusRunning) || (run.FinishedAt != nil) != to.Finished() {
				t.Errorf("from %s to %s: started at %v, finished at %v", from, to, run.StartedAt, run.FinishedAt)
			}
		}
	}
}
