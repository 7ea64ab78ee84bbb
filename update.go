package aurea

import "time"

// An Update is something that became known of a run while it was watched. IDs
// grow along a run's life and follow from the run alone, so whoever has seen one
// can go on from there, at another server too.
type Update struct {
	ID   int64
	Kind UpdateKind
	Run  Run // as it stood then: with Progress, or with Result, when the kind says so
}

// An UpdateKind is what an update is about.
type UpdateKind string

// The kinds of update.
const (
	Heartbeat      UpdateKind = ""         // nothing happened for a while; without a run
	UpdateStatus   UpdateKind = "status"   // status, place in the queue, timeline
	UpdateProgress UpdateKind = "progress" // one interval
	UpdateResult   UpdateKind = "result"   // the last one, of a run that has a result
)

// The ids, along a run's life: the queue, where a lower place is a later id, the
// intervals of the run, in microseconds, and its end.
const (
	idRunning = int64(1) << 20
	idEnd     = int64(1) << 50
	idResult  = idEnd + 1
)

// MaxUpdateID is above the id of every update.
const MaxUpdateID = idResult + 1

// Updates is what a reader who has seen the updates up to after has yet to see
// of the run, oldest first. past is the run's progress so far, where it is
// known; without it the latest stands for all.
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
	r.updatesOfRunning(after, add, past)
	if !r.Status.Finished() {
		return updates
	}
	add(idEnd, UpdateStatus, bare)
	if r.Result != nil {
		add(idResult, UpdateResult, r)
	}
	return updates
}

// updatesOfRunning adds what happened while the run ran: its intervals and, among
// them, what was done to it from outside.
func (r Run) updatesOfRunning(after int64, add func(int64, UpdateKind, Run), past []RunProgress) {
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

// idAt is the id of what happened so many seconds after the run began.
func idAt(seconds float64) int64 {
	return min(idRunning+1+int64(seconds*float64(time.Second/time.Microsecond)), idEnd-1)
}
