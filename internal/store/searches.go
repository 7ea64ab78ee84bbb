package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// maxSearches is how many searches are kept at most, the newest ones.
const maxSearches = 100

// SaveSearch stores the state of a search of this server, and makes room for a
// new one. One that another server has is an aurea.ErrConflict.
func (s *Store) SaveSearch(ctx context.Context, search aurea.Search, owner string) error {
	const upsert = `
INSERT INTO searches (id, created_at, finished, owner, life, document, checksum) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (id) DO UPDATE SET finished = excluded.finished, document = excluded.document, checksum = excluded.checksum
WHERE searches.life = excluded.life`
	const forget = `
DELETE FROM searches WHERE finished = 1 AND id NOT IN (
  SELECT id FROM searches ORDER BY created_at DESC, id DESC LIMIT $1)`
	document, err := encodeJSON(search)
	if err != nil {
		return err
	}
	err = s.writer.write(ctx, func(ctx context.Context, tx transaction) error {
		result, err := tx.ExecContext(ctx, upsert, search.ID, micros(search.CreatedAt), flag(search.Status.Finished()),
			s.ownerKey(owner), s.epoch, document, checksum([]byte(document)))
		if err != nil {
			return err
		}
		n, err := result.RowsAffected()
		if err == nil && n == 0 {
			err = fmt.Errorf("%w: search %s is another server's", aurea.ErrConflict, search.ID)
		}
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, forget, maxSearches)
		return err
	})
	return s.wrapErr("keep a search", err)
}

// Search returns a search. An unknown ID is an aurea.ErrNotFound, and a search
// that differs from what was stored an aurea.ErrDamaged.
func (s *Store) Search(ctx context.Context, id string) (aurea.Search, error) {
	const query = `SELECT id, document, checksum FROM searches WHERE id = $1`
	search, err := scanSearch(s.reader.QueryRowContext(ctx, query, searchable(id)))
	if isNoRows(err) {
		err = fmt.Errorf("%w: there is no search %s", aurea.ErrNotFound, id)
	}
	return search, s.wrapErr("read a search", err)
}

// Searches returns all searches, newest first. One that differs from what was
// stored has the reason as its error.
func (s *Store) Searches(ctx context.Context) ([]aurea.Search, error) {
	const query = `SELECT id, document, checksum FROM searches ORDER BY created_at DESC, id DESC`
	searches, err := s.selectSearches(ctx, query)
	return searches, s.wrapErr("list the searches", err)
}

func (s *Store) selectSearches(ctx context.Context, query string, args ...any) ([]aurea.Search, error) {
	rows, err := s.reader.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	searches := []aurea.Search{}
	for rows.Next() {
		search, err := scanSearch(rows)
		if errors.Is(err, aurea.ErrDamaged) {
			search.Status, search.Error, err = aurea.StatusFailed, err.Error(), nil
		}
		if err != nil {
			return nil, err
		}
		searches = append(searches, search)
	}
	return searches, rows.Err()
}

// scanSearch reads a search. With an aurea.ErrDamaged it returns its ID.
func scanSearch(from interface{ Scan(into ...any) error }) (search aurea.Search, err error) {
	var (
		id, document string
		crc          int64
	)
	if err := from.Scan(&id, &document, &crc); err != nil {
		return aurea.Search{}, err
	}
	if checksum([]byte(document)) == crc {
		if err = json.Unmarshal([]byte(document), &search); err == nil {
			return search, nil
		}
	}
	return aurea.Search{ID: id}, fmt.Errorf("%w: search %s is not what was stored", aurea.ErrDamaged, id)
}

// CancelSearch asks the server that executes a search to stop it. A finished
// search is an aurea.ErrConflict.
func (s *Store) CancelSearch(ctx context.Context, id string) error {
	const (
		update = `UPDATE searches SET stop = 1 WHERE id = $1 AND finished = 0`
		exists = `SELECT count(*) FROM searches WHERE id = $1`
	)
	err := s.writer.write(ctx, func(ctx context.Context, tx transaction) error {
		result, err := tx.ExecContext(ctx, update, searchable(id))
		if err != nil {
			return err
		}
		if n, err := result.RowsAffected(); err != nil || n > 0 {
			return err
		}
		var n int
		err = tx.QueryRowContext(ctx, exists, searchable(id)).Scan(&n)
		switch {
		case err != nil:
			return err
		case n == 0:
			return fmt.Errorf("%w: there is no search %s", aurea.ErrNotFound, id)
		}
		return fmt.Errorf("%w: search %s has finished", aurea.ErrConflict, id)
	})
	return s.wrapErr("cancel a search", err)
}

// CancelledSearches returns the IDs of this server's unfinished searches that are
// to be stopped.
func (s *Store) CancelledSearches(ctx context.Context, owner string) ([]string, error) {
	const stop = `SELECT id FROM searches WHERE finished = 0 AND owner = $1 AND stop = 1 ORDER BY created_at, id`
	cancelled, err := ids(ctx, s.reader, stop, s.ownerKey(owner))
	return cancelled, s.wrapErr("look for cancelled searches", err)
}

// interruptSearches interrupts the unfinished searches of dead servers.
func (s *Store) interruptSearches(ctx context.Context, dead []ownerEpoch) error {
	const unfinished = `SELECT id, document, checksum FROM searches WHERE finished = 0 AND `
	if s.dialect.exclusive {
		return s.interruptSelected(ctx, unfinished+`life <> $1`, s.epoch)
	}
	for _, t := range dead {
		if err := s.interruptSelected(ctx, unfinished+`owner = $1 AND life = $2`, t.owner, t.epoch); err != nil {
			return err
		}
	}
	return nil
}

// interruptSelected interrupts the unfinished searches of a query. What they
// have found so far is kept.
func (s *Store) interruptSelected(ctx context.Context, query string, args ...any) error {
	const update = `UPDATE searches SET finished = 1, document = $1, checksum = $2 WHERE id = $3 AND finished = 0`
	searches, err := s.selectSearches(ctx, query, args...)
	if err != nil {
		return err
	}
	for _, search := range searches {
		now := time.Now().UTC().Truncate(time.Microsecond)
		search.Status, search.FinishedAt = aurea.StatusInterrupted, &now
		document, err := encodeJSON(search)
		if err != nil {
			return err
		}
		err = s.writer.write(ctx, func(ctx context.Context, tx transaction) error {
			_, err := tx.ExecContext(ctx, update, document, checksum([]byte(document)), search.ID)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// pruneSearches deletes the finished searches that were created before a time.
func (s *Store) pruneSearches(ctx context.Context, before int64) error {
	return s.writer.write(ctx, func(ctx context.Context, tx transaction) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM searches WHERE finished = 1 AND created_at < $1`, before)
		return err
	})
}
