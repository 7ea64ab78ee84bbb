package store

import (
	"context"
	"strings"
	"time"
)

// An ownerEpoch is one opening of the store by a server that has unfinished
// runs or searches.
type ownerEpoch struct {
	owner, epoch string
	until        int64         // end of its lease by the database's clock; 0 without a lease
	over         bool          // the lease has expired
	ended        bool          // it is an earlier epoch of this server, and its session has ended
	watched      time.Duration // how long the lease was seen to stay expired
}

// isNone reports whether it is the owner of released runs: no server.
func (t ownerEpoch) isNone() bool { return t.epoch == "" }

// An expiredLease records when a lease was first seen to have expired.
type expiredLease struct {
	until int64
	since time.Time
}

// deadOwners returns the epochs of servers that no longer run. Only the
// database's clock decides whether a lease has expired. That clock may jump,
// and the database may have been unreachable while servers tried to renew.
// Therefore an expired lease counts only after it was watched for
// Options.Confirm and not renewed.
func (s *Store) deadOwners(ctx context.Context, owner string) ([]ownerEpoch, error) {
	s.expired.Lock()
	defer s.expired.Unlock()
	all, err := s.ownerEpochs(ctx)
	seen := map[ownerEpoch]expiredLease{}
	var dead []ownerEpoch
	for _, t := range all {
		if err != nil {
			break
		}
		if t.over {
			t.watched = s.watchExpired(seen, t)
		}
		if t.ended, err = s.isEndedPredecessor(ctx, owner, t); t.ended || t.isNone() || t.watched >= s.confirm {
			dead = append(dead, t)
		}
	}
	if err != nil {
		seen = nil // without an observation, watching starts over
	}
	s.expired.seen = seen
	return dead, err
}

// watchExpired returns how long the lease was seen to stay expired; 0 at first.
// It records the observation in seen.
func (s *Store) watchExpired(seen map[ownerEpoch]expiredLease, t ownerEpoch) time.Duration {
	key := ownerEpoch{owner: t.owner, epoch: t.epoch}
	now := time.Now()
	lease, known := s.expired.seen[key]
	if !known || lease.until != t.until {
		lease = expiredLease{until: t.until, since: now}
	}
	seen[key] = lease
	return now.Sub(lease.since)
}

// isEndedPredecessor reports whether t is an earlier epoch of owner whose
// database session has ended. A server that runs on a copy of another's data
// has the same name; it counts as alive as long as its session.
func (s *Store) isEndedPredecessor(ctx context.Context, owner string, t ownerEpoch) (bool, error) {
	name, _, _ := strings.Cut(t.owner, "/")
	if owner == "" || name != owner || s.epochLock == nil {
		return false, nil
	}
	return s.epochLock.isReleased(ctx, t.epoch)
}

// ownerEpochs returns the other epochs that have unfinished runs or searches.
func (s *Store) ownerEpochs(ctx context.Context) ([]ownerEpoch, error) {
	query := `
SELECT r.owner, r.life, coalesce(max(o.alive_until), 0),
       CASE WHEN coalesce(max(o.alive_until), 0) > ` + s.dialect.now + ` THEN 0 ELSE 1 END
FROM (SELECT owner, life FROM runs WHERE finished = 0 UNION SELECT owner, life FROM searches WHERE finished = 0) r
LEFT JOIN owners o ON o.owner = r.owner WHERE r.life <> $1 GROUP BY r.owner, r.life`
	rows, err := s.reader.QueryContext(ctx, query, s.epoch)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []ownerEpoch
	for rows.Next() {
		var (
			t    ownerEpoch
			over int64
		)
		if err := rows.Scan(&t.owner, &t.epoch, &t.until, &over); err != nil {
			return nil, err
		}
		t.over = over == 1
		if t.isNone() { // whatever its former owner does
			t.over, t.until = true, 0
		}
		all = append(all, t)
	}
	return all, rows.Err()
}
