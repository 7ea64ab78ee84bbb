package store

import (
	"context"
	"errors"
	"slices"
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
// In a shared database it spares a noted run until its owner's lease has stayed
// expired for Options.Spare: a server that can adopt the run comes first.
func (s *Store) Recover(ctx context.Context, owner string) ([]aurea.Run, error) {
	found, err := s.findOrphans(ctx, owner)
	if err != nil {
		return nil, err
	}
	spared := func(o orphan) bool { return o.noted && o.watched < s.spare && !s.dialect.exclusive }
	return s.interruptAll(ctx, slices.DeleteFunc(found, spared))
}

// RecoverAdoptable is Recover for a server that can adopt runs. It spares those
// that Adopt takes and returns their IDs, oldest first.
func (s *Store) RecoverAdoptable(ctx context.Context, owner string) (
	interrupted []aurea.Run, adoptable []string, err error,
) {
	found, err := s.findOrphans(ctx, owner)
	if err != nil {
		return nil, nil, err
	}
	var others []orphan
	for _, o := range found {
		if o.adoptable {
			adoptable = append(adoptable, o.id)
			continue
		}
		others = append(others, o)
	}
	interrupted, err = s.interruptAll(ctx, others)
	return interrupted, adoptable, err
}

// An orphan is an unfinished run of a dead server.
type orphan struct {
	id         string
	ownerEpoch string
	runEpoch   int64
	noted      bool
	adoptable  bool
	watched    time.Duration // how long its owner's lease was seen to stay expired
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
// takes was noted, or the run has not begun and no client waits for it.
const isAdoptable = `(noted IS NOT NULL OR status = 'queued' AND detached = 1)`

const selectOrphans = `
SELECT id, life, run_epoch, CASE WHEN noted IS NOT NULL THEN 1 ELSE 0 END,
       CASE WHEN ` + isAdoptable + ` THEN 1 ELSE 0 END
FROM runs WHERE finished = 0 AND `

func (s *Store) orphansOfDead(ctx context.Context, owner string) ([]orphan, error) {
	const oldest = ` ORDER BY created_at, id`
	if s.dialect.exclusive {
		return readOrphans(ctx, s.reader, selectOrphans+`life <> $1`+oldest, s.epoch)
	}
	dead, err := s.deadOwners(ctx, owner)
	var found []orphan
	for _, t := range dead {
		var more []orphan
		if err == nil {
			more, err = readOrphans(ctx, s.reader, selectOrphans+`owner = $1 AND life = $2`+oldest, t.owner, t.epoch)
		}
		for i := range more {
			more[i].watched = t.watched
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
			o                orphan
			noted, adoptable int64
		)
		if err := rows.Scan(&o.id, &o.ownerEpoch, &o.runEpoch, &noted, &adoptable); err != nil {
			return nil, err
		}
		o.noted, o.adoptable = noted == 1, adoptable == 1
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

// interrupt finishes a run with its last stored progress. A run that cannot be
// decoded ends too, with the reason as its error.
func (s *Store) interrupt(ctx context.Context, o orphan) (aurea.Run, error) {
	run, err := s.Get(ctx, o.id)
	if errors.Is(err, aurea.ErrDamaged) {
		run, err = aurea.Run{ID: o.id, Status: aurea.StatusRunning, Error: err.Error()}, nil
	}
	if err != nil {
		return aurea.Run{}, err
	}
	if err := run.Move(aurea.StatusInterrupted, time.Now().UTC()); err != nil {
		return aurea.Run{}, err
	}
	run.Epoch = uint64(o.runEpoch)
	run.Digest, err = s.finish(ctx, run, o.ownerEpoch)
	run.Epoch = 0
	return run, err
}
