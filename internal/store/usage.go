package store

import "context"

// Usage returns how many runs are stored, and the bytes that they take.
func (s *Store) Usage(ctx context.Context) (runs, bytes int64, err error) {
	runs, bytes, _, err = s.usage(ctx)
	return runs, bytes, s.wrapErr("count the runs", err)
}

// usage is Usage that also returns the time by the database's clock.
func (s *Store) usage(ctx context.Context) (runs, bytes, now int64, err error) {
	query := `SELECT count(*), CAST(coalesce(sum(bytes), 0) AS BIGINT), ` + s.dialect.now + ` FROM runs`
	err = s.reader.QueryRowContext(ctx, query).Scan(&runs, &bytes, &now)
	return runs, bytes, now, err
}
