package store

import (
	"context"
	"errors"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// Recover marks the unfinished runs of dead servers as interrupted and returns
// them. A server is dead if
//
//	– it is an earlier epoch of owner and its database session has ended,
//	– its lease has expired, or never existed, and was not renewed while watched,
//	– no other server can have the database open, and it is not this epoch.
//
// Servers that can go on with more runs than this one come first: in a shared
// database Recover spares a noted run until its owner's lease has stayed expired
// for Options.Spare. It returns the IDs of queued runs that Adopt takes, oldest
// first for each server, when they have waited for twice Options.Confirm.
func (s *Store) Recover(ctx context.Context, owner string) (
	interrupted []aurea.Run, adoptable []string, err error,
) {
	return s.recover(ctx, owner, func(o orphan) choice {
		first := s.dialect.exclusive || o.owner.ended // no other server comes first
		switch {
		case o.noted && (s.dialect.exclusive || o.owner.watched >= s.spare), !o.adoptable:
			return interruptIt
		case !o.noted && (first || o.owner.watched >= 2*s.confirm):
			return adoptIt
		}
		return spareIt
	})
}

// RecoverAdoptable is Recover for a server that can adopt runs. It spares those
// that Adopt takes and returns their IDs, oldest first.
func (s *Store) RecoverAdoptable(ctx context.Context, owner string) (
	interrupted []aurea.Run, adoptable []string, err error,
) {
	return s.recover(ctx, owner, func(o orphan) choice {
		if o.adoptable {
			return adoptIt
		}
		return interruptIt
	})
}

// A choice is what a server does with an orphan.
type choice int

const (
	spareIt choice = iota // leave it to others for now
	adoptIt
	interruptIt
)

func (s *Store) recover(ctx context.Context, owner string, choose func(orphan) choice) (
	interrupted []aurea.Run, adoptable []string, err error,
) {
	found, err := s.findOrphans(ctx, owner)
	if err != nil {
		return nil, nil, err
	}
	var others []orphan
	for _, o := range found {
		switch choose(o) {
		case adoptIt:
			adoptable = append(adoptable, o.id)
		case interruptIt:
			others = append(others, o)
		case spareIt:
		}
	}
	interrupted, err = s.interruptAll(ctx, others)
	return interrupted, adoptable, err
}

// An orphan is an unfinished run of a dead server.
type orphan struct {
	id        string
	owner     ownerEpoch
	runEpoch  int64
	noted     bool
	adoptable bool
	stopped   bool // it was cancelled
}

// findOrphans returns the unfinished runs of dead servers, oldest first for each
// server.
func (s *Store) findOrphans(ctx context.Context, owner string) ([]orphan, error) {
	if err := s.finishOpening(ctx); err != nil {
		return nil, err
	}
	found, err := s.orphansOfDead(ctx, owner)
	return found, s.wrapErr("find interrupted runs", err)
}

// isAdoptable is the SQL of whether a server can go on with a run: what that
// takes was noted, or the run has not begun, no client waits for it, and it was
// not cancelled.
const isAdoptable = `(noted IS NOT NULL OR status = 'queued' AND detached = 1 AND stop = 0)`

const selectOrphans = `
SELECT id, life, run_epoch, stop, CASE WHEN noted IS NOT NULL THEN 1 ELSE 0 END,
       CASE WHEN ` + isAdoptable + ` THEN 1 ELSE 0 END
FROM runs WHERE finished = 0 AND `

// orphansOfDead returns the unfinished runs of dead servers. It interrupts their
// searches.
func (s *Store) orphansOfDead(ctx context.Context, owner string) ([]orphan, error) {
	const oldest = ` ORDER BY created_at, id`
	if s.dialect.exclusive {
		if err := s.interruptSearches(ctx, nil); err != nil {
			return nil, err
		}
		return readOrphans(ctx, s.reader, selectOrphans+`life <> $1`+oldest, s.epoch)
	}
	dead, err := s.deadOwners(ctx, owner)
	if err == nil {
		err = s.interruptSearches(ctx, dead)
	}
	var found []orphan
	for _, t := range dead {
		var more []orphan
		if err == nil {
			more, err = readOrphans(ctx, s.reader, selectOrphans+`owner = $1 AND life = $2`+oldest, t.owner, t.epoch)
		}
		for i := range more {
			more[i].owner = t
		}
		found = append(found, more...)
	}
	return found, err
}

func readOrphans(ctx context.Context, from queryer, query string, args ...any) ([]orphan, error) {
	rows, err := from.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var found []orphan
	for rows.Next() {
		var (
			o                         orphan
			stopped, noted, adoptable int64
		)
		if err := rows.Scan(&o.id, &o.owner.epoch, &o.runEpoch, &stopped, &noted, &adoptable); err != nil {
			return nil, err
		}
		o.stopped, o.noted, o.adoptable = stopped == 1, noted == 1, adoptable == 1
		found = append(found, o)
	}
	return found, rows.Err()
}

// interruptAll interrupts the runs that no other server recovered or adopted
// first.
func (s *Store) interruptAll(ctx context.Context, orphans []orphan) ([]aurea.Run, error) {
	var interrupted []aurea.Run
	for _, o := range orphans {
		run, err := s.interrupt(ctx, o)
		if isGone(err) {
			continue
		}
		if err != nil {
			return interrupted, err
		}
		interrupted = append(interrupted, run)
	}
	return interrupted, nil
}

// interrupt finishes a run with its last stored progress. A cancelled run that
// has not begun ends as cancelled. A run that cannot be decoded ends too, with the
// reason as its error.
func (s *Store) interrupt(ctx context.Context, o orphan) (aurea.Run, error) {
	run, err := s.Get(ctx, o.id)
	if errors.Is(err, aurea.ErrDamaged) {
		run, err = aurea.Run{ID: o.id, Status: aurea.StatusRunning, Error: err.Error()}, nil
	}
	if err != nil {
		return aurea.Run{}, err
	}
	to := aurea.StatusInterrupted
	if o.stopped && run.Status == aurea.StatusQueued {
		to = aurea.StatusCancelled
	}
	if err := run.Move(to, time.Now().UTC()); err != nil {
		return aurea.Run{}, err
	}
	run.Epoch = uint64(o.runEpoch)
	run.Digest, err = s.finish(ctx, run, o.owner.epoch)
	run.Epoch = 0
	return run, err
}
