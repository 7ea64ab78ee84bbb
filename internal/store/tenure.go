package store

import (
	"context"
	"strings"
	"time"
)

// A tenure is a life of a server that has unfinished runs.
type tenure struct {
	owner, life string
	until       int64 // when its lease ends, by the database's clock; 0 if it never had one
	over        bool  // the lease has ended
}

// A suspicion is what was seen of a tenure whose lease is over.
type suspicion struct {
	until int64
	since time.Time
}

// dead are the tenures of servers that are not there any more. Clocks of servers
// play no part: the database says whether a lease is over. Its clock may jump,
// and it may have been away itself while leases could not be renewed; so a lease
// that is over only counts when it was watched for a while and stayed as it was.
func (s *Store) dead(ctx context.Context, owner string) ([]tenure, error) {
	s.suspects.Lock()
	defer s.suspects.Unlock()
	all, err := s.tenures(ctx)
	seen := map[tenure]suspicion{}
	var dead []tenure
	for _, t := range all {
		if err != nil {
			break
		}
		var gone bool
		if gone, err = s.earlier(ctx, owner, t); gone || t.over && s.confirmed(seen, t) {
			dead = append(dead, t)
		}
	}
	if err != nil {
		seen = nil // who could not be watched begins anew
	}
	s.suspects.seen = seen
	return dead, err
}

// confirmed reports whether the lease was over for long enough without being
// renewed, and notes in seen what is known of it.
func (s *Store) confirmed(seen map[tenure]suspicion, t tenure) bool {
	key := tenure{owner: t.owner, life: t.life}
	before, known := s.suspects.seen[key]
	if !known || before.until != t.until {
		seen[key] = suspicion{until: t.until, since: time.Now()}
		return false
	}
	seen[key] = before
	return time.Since(before.since) >= s.confirm
}

// earlier reports whether the tenure is an earlier one of the owner's whose
// session with the database has ended. The data of one server may have been copied
// for another one, which then has its name: it lives as long as its session.
func (s *Store) earlier(ctx context.Context, owner string, t tenure) (bool, error) {
	name, _, _ := strings.Cut(t.owner, "/")
	if owner == "" || name != owner || s.presence == nil {
		return false, nil
	}
	return s.presence.ended(ctx, t.life)
}

// tenures are those of other lives.
func (s *Store) tenures(ctx context.Context) ([]tenure, error) {
	query := `
SELECT r.owner, r.life, coalesce(max(o.alive_until), 0), CASE WHEN coalesce(max(o.alive_until), 0) > ` + s.dialect.now + ` THEN 0 ELSE 1 END
FROM runs r LEFT JOIN owners o ON o.owner = r.owner
WHERE r.finished = 0 AND r.life <> $1 GROUP BY r.owner, r.life`
	rows, err := s.reader.QueryContext(ctx, query, s.life)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []tenure
	for rows.Next() {
		var (
			t    tenure
			over int64
		)
		if err := rows.Scan(&t.owner, &t.life, &t.until, &over); err != nil {
			return nil, err
		}
		t.over = over == 1
		all = append(all, t)
	}
	return all, rows.Err()
}
