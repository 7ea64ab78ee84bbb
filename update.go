package aurea

import "time"

// An Update is a change of a run, for its watchers. The IDs of a run's updates
// increase and follow from the run alone, so a watcher can continue after any of
// them, also at another server.
type Update struct {
	ID   int64
	Kind UpdateKind
	Run  Run // at that time; with Progress or Result if the kind says so
}

// An UpdateKind says what changed.
type UpdateKind string

// The kinds of update.
const (
	Heartbeat      UpdateKind = ""         // nothing for a while; without a run
	UpdateStatus   UpdateKind = "status"   // the status, queue position or timeline
	UpdateProgress UpdateKind = "progress" // one interval
	UpdateResult   UpdateKind = "result"   // the result; the last update
)

// The ranges of IDs, in the order of a run's life. In the queue, the ID is below
// idRunning by the queue position. While the run runs, it is above idRunning by
// the elapsed microseconds.
const (
	idRunning = int64(1) << 20
	idEnd     = int64(1) << 50
	idResult  = idEnd + 1
)

// MaxUpdateID is greater than the ID of every update.
const MaxUpdateID = idResult + 1

// Updates returns the updates of the run with an ID above after, oldest first.
// past is the run's progress so far, if known; otherwise the run's latest
// progress is the only one.
func (r Run) Updates(after int64, past []RunProgress) []Update {
	var updates []Update
	add := func(id int64, kind UpdateKind, run Run) {
		if id > after {
			updates = append(updates, Update{ID: id, Kind: kind, Run: run})
		}
	}
	bare := r
	bare.Result = nil
	if r.Status == StatusQueued {
		add(idRunning-1-int64(r.QueuePosition), UpdateStatus, bare)
		return updates
	}
	if !r.Status.Finished() {
		add(idRunning, UpdateStatus, bare)
	}
	r.addRunningUpdates(after, add, past)
	if !r.Status.Finished() {
		return updates
	}
	add(idEnd, UpdateStatus, bare)
	if r.Result != nil {
		add(idResult, UpdateResult, r)
	}
	return updates
}

// addRunningUpdates adds the updates of the running time: its intervals and
// events, in order.
func (r Run) addRunningUpdates(after int64, add func(int64, UpdateKind, Run), past []RunProgress) {
	if len(past) == 0 && r.Progress != nil {
		past = []RunProgress{*r.Progress}
	}
	then := r
	then.Result = nil
	if r.Status.Finished() {
		then.Status, then.FinishedAt = StatusRunning, nil
	}
	events := r.Timeline
	for _, progress := range past {
		for len(events) > 0 && events[0].T <= progress.Elapsed {
			add(idAt(events[0].T), UpdateStatus, then)
			events = events[1:]
		}
		if idAt(progress.Elapsed) <= after {
			continue
		}
		at := progress
		then.Progress = &at
		add(idAt(progress.Elapsed), UpdateProgress, then)
	}
	for _, event := range events {
		add(idAt(event.T), UpdateStatus, then)
	}
}

// idAt returns the ID of an update at the given seconds after the run's start.
func idAt(seconds float64) int64 {
	return min(idRunning+1+int64(seconds*float64(time.Second/time.Microsecond)), idEnd-1)
}
