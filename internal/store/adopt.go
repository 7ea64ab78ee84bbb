package store

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/aurea-orchestrator/aurea"
)

// Adopt makes owner the owner of a dead server's unfinished run and returns the
// run, with its next epoch, and what the dead server noted; nil if the run had
// not begun. Of several servers that adopt a run, one succeeds. The others get
// an aurea.ErrConflict, as for a run that has finished, that a living server
// has, or that no server can go on with. A damaged run is interrupted instead.
func (s *Store) Adopt(ctx context.Context, id, owner string) (run aurea.Run, noted []byte, err error) {
	run, noted, err = s.adopt(ctx, id, owner)
	return run, noted, s.wrapErr("take a run over", err)
}

func (s *Store) adopt(ctx context.Context, id, owner string) (aurea.Run, []byte, error) {
	o, noted, err := s.adoptable(ctx, id, owner)
	if err != nil {
		return aurea.Run{}, nil, err
	}
	run, err := s.Get(ctx, id)
	if errors.Is(err, aurea.ErrDamaged) {
		_, also := s.interrupt(ctx, o)
		return aurea.Run{}, nil, errors.Join(err, also)
	}
	if err != nil {
		return aurea.Run{}, nil, err
	}
	const update = `
UPDATE runs SET owner = $1, life = $2, run_epoch = run_epoch + 1
WHERE id = $3 AND finished = 0 AND life = $4 AND run_epoch = $5`
	err = s.writer.write(ctx, func(ctx context.Context, tx transaction) error {
		return updateUnfinished(ctx, tx, id, update, s.ownerKey(owner), s.epoch, id, o.owner.epoch, o.runEpoch)
	})
	run.Epoch = uint64(o.runEpoch + 1)
	return run, noted, err
}

// adoptable returns a run that Adopt may take, and what was noted of it.
func (s *Store) adoptable(ctx context.Context, id, owner string) (o orphan, noted []byte, err error) {
	const query = `
SELECT owner, life, run_epoch, noted, finished, CASE WHEN ` + isAdoptable + ` THEN 1 ELSE 0 END FROM runs WHERE id = $1`
	var finished, adoptable int64
	o.id = id
	err = s.reader.QueryRowContext(ctx, query, id).
		Scan(&o.owner.owner, &o.owner.epoch, &o.runEpoch, &noted, &finished, &adoptable)
	if isNoRows(err) {
		return o, nil, notFoundError(id)
	}
	dead := false
	if err == nil {
		dead, err = s.isDead(ctx, owner, o.owner)
	}
	o.adoptable = adoptable == 1
	switch {
	case err != nil:
	case finished == 1:
		err = finishedError(id)
	case !dead:
		err = fmt.Errorf("%w: run %s belongs to a server that is not known to be dead", aurea.ErrConflict, id)
	case !o.adoptable:
		err = fmt.Errorf("%w: nothing was noted by which run %s could go on", aurea.ErrConflict, id)
	}
	return o, noted, err
}

// isDead reports whether a server is dead; see Recover.
func (s *Store) isDead(ctx context.Context, owner string, of ownerEpoch) (bool, error) {
	if of.epoch == s.epoch || of.isNone() || s.dialect.exclusive {
		return of.epoch != s.epoch, nil
	}
	dead, err := s.deadOwners(ctx, owner)
	return slices.ContainsFunc(dead, func(t ownerEpoch) bool { return t.epoch == of.epoch }), err
}
