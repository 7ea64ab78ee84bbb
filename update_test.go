package aurea

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// describe returns the kind of an update and what it shows.
func describe(u Update) string {
	switch u.Kind {
	case UpdateProgress:
		return fmt.Sprint("progress ", u.Run.Progress.Elapsed)
	case UpdateResult:
		return "result of " + u.Run.Result.ID
	}
	return fmt.Sprintf("%s %d", u.Run.Status, u.Run.QueuePosition)
}

func TestUpdates(t *testing.T) {
	progress := func(elapsed ...float64) (past []RunProgress) {
		for _, e := range elapsed {
			past = append(past, RunProgress{Elapsed: e})
		}
		return past
	}
	result := &Result{ID: "r"}
	tests := []struct {
		what string
		run  Run
		past []RunProgress
		want []string
	}{
		{"queued", Run{Status: StatusQueued, QueuePosition: 3}, nil, []string{"queued 3"}},
		{"running", Run{Status: StatusRunning}, nil, []string{"running 0"}},
		{"running for a while", Run{Status: StatusRunning, Progress: &progress(2)[0]}, progress(1, 2),
			[]string{"running 0", "progress 1", "progress 2"}},
		{"running elsewhere", Run{Status: StatusRunning, Progress: &progress(2)[0]}, nil,
			[]string{"running 0", "progress 2"}},
		{"paused", Run{Status: StatusRunning, Timeline: []RunEvent{{T: 1.5, Kind: "pause"}}}, progress(1, 2),
			[]string{"running 0", "progress 1", "running 0", "progress 2"}},
		{"completed", Run{Status: StatusCompleted, Progress: &progress(2)[0], Result: result}, nil,
			[]string{"progress 2", "completed 0", "result of r"}},
		{"cancelled before it began", Run{Status: StatusCancelled}, nil, []string{"cancelled 0"}},
	}
	for _, test := range tests {
		var got []string
		for _, u := range test.run.Updates(0, test.past) {
			got = append(got, describe(u))
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%s: %q, want %q", test.what, got, test.want)
		}
	}
}

// Law: a watcher that continues after any update gets exactly the rest.
func TestUpdatesContinue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		run := Run{
			Status:        rapid.SampledFrom(Statuses()).Draw(t, "status"),
			QueuePosition: rapid.IntRange(0, 1000).Draw(t, "position"),
			Result:        rapid.SampledFrom([]*Result{nil, {}}).Draw(t, "result"),
		}
		var past []RunProgress
		elapsed := 0.0
		for range rapid.IntRange(0, 5).Draw(t, "intervals") {
			elapsed += rapid.Float64Range(1e-5, 1e6).Draw(t, "interval")
			past = append(past, RunProgress{Elapsed: elapsed})
		}
		all := run.Updates(0, past)
		last := int64(0)
		for i, u := range all {
			if u.ID <= last || u.ID >= MaxUpdateID {
				t.Fatalf("id %d comes after %d", u.ID, last)
			}
			last = u.ID
			rest := run.Updates(u.ID, past)
			if len(rest) != len(all)-i-1 {
				t.Fatalf("after %d of %d updates come %d", i+1, len(all), len(rest))
			}
		}
	})
}

// The IDs of updates increase as the run moves up in the queue.
func TestQueueUpdateIDs(t *testing.T) {
	last := int64(0)
	for position := 100; position >= 1; position-- {
		updates := Run{Status: StatusQueued, QueuePosition: position}.Updates(last, nil)
		if len(updates) != 1 {
			t.Fatalf("at place %d there are %d updates after %d", position, len(updates), last)
		}
		last = updates[0].ID
	}
	if updates := (Run{Status: StatusRunning}).Updates(last, nil); len(updates) != 1 {
		t.Errorf("starting to run gives %d updates", len(updates))
	}
}
