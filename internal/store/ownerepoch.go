package store

import (
	"context"
	"strings"
	"time"
)

// A tenure is a life of a server that has unfinished runs.
type ownerEpoch struct {
	owner, epoch string
	until        int64 // when its lease ends, by the database's clock; 0 if it never had one
	over         bool  // the lease has ended
}

// A suspicion is what was seen of a tenure whose lease is over.
type expiredLease struct {
	until int64
	since time.Time
}

// dead are the tenures of servers that are not there any more. Clocks of servers
// play no part: the database says whether a lease is over. Its clock may jump,
// and it may have been away itself while leases could not be renewed; so a lease
// that is over only counts when it was watched for a while and stayed as it was.
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
		var ended bool
		if ended, err = s.isEndedPredecessor(ctx, owner, t); ended || t.over && s.confirmExpired(seen, t) {
			dead = append(dead, t)
		}
	}
	if err != nil {
		seen = nil // who could not be watched begins anew
	}
	s.expired.seen = seen
	return dead, err
}

// confirmed reports whether the lease was over for long enough without being
// renewed, and notes in seen what is known of it.
func (s *Store) confirmExpired(seen map[ownerEpoch]expiredLease, t ownerEpoch) bool {
	key := ownerEpoch{owner: t.owner, epoch: t.epoch}
	before, known := s.expired.seen[key]
	if !known || before.until != t.until {
		seen[key] = expiredLease{until: t.until, since: time.Now()}
		return false
	}
	seen[key] = before
	return time.Since(before.since) >= s.confirm
}

// earlier reports whether the tenure is an earlier one of the owner's whose
// session with the database has ended. The data of one server may have been copied
// for another one, which then has its name: it lives as long as its session.
func (s *Store) isEndedPredecessor(ctx context.Context, owner string, t ownerEpoch) (bool, error) {
	name, _, _ := strings.Cut(t.owner, "/")
	if owner == "" || name != owner || s.epochLock == nil {
		return false, nil
	}
	return s.epochLock.released(ctx, t.epoch)
}

// tenures are those of other lives.
func (s *Store) ownerEpochs(ctx context.Context) ([]ownerEpoch, error) {
	query := `
SELECT r.owner, r.life, coalesce(max(o.alive_until), 0), CASE WHEN coalesce(max(o.alive_until), 0) > ` + s.dialect.now + ` THEN 0 ELSE 1 END
FROM runs r LEFT JOIN owners o ON o.owner = r.owner
WHERE r.finished = 0 AND r.life <> $1 GROUP BY r.owner, r.life`
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
		all = append(all, t)
	}
	return all, rows.Err()
}
