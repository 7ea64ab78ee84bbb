package store

import (
	"context"
	"database/sql"
	"fmt"
	"hash/crc32"
	"iter"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/records"
)

// Jobs yields the records of a finished run's jobs, a blob at a time. Between two
// blobs it holds nothing of the database, so that a slow reader is in nobody's
// way; when the run is deleted meanwhile, it ends with an aurea.ErrNotFound.
func (s *Store) Jobs(ctx context.Context, id string) iter.Seq2[aurea.JobRecord, error] {
	return func(yield func(aurea.JobRecord, error) bool) {
		blobs, attempt, err := s.blobs(ctx, id)
		for n := int64(0); n < blobs && err == nil; n++ {
			var data []byte
			if data, err = s.blob(ctx, id, attempt, n); err != nil {
				break
			}
			for job, broken := range records.Read(data) {
				if broken != nil {
					err = broken
				} else if !yield(job, nil) {
					return
				}
			}
		}
		if err != nil {
			yield(aurea.JobRecord{}, s.told("read the records of a run's jobs", err))
		}
	}
}

// blobs counts those of a finished run.
func (s *Store) blobs(ctx context.Context, id string) (n int64, attempt string, err error) {
	const query = `
SELECT r.status, r.finished, r.jobs, (SELECT count(*) FROM jobs j WHERE j.run_id = r.id AND j.attempt = r.jobs)
FROM runs r WHERE r.id = $1`
	var (
		status string
		ended  int64
	)
	err = s.reader.QueryRowContext(ctx, query, id).Scan(&status, &ended, &attempt, &n)
	switch {
	case none(err):
		err = notFound(id)
	case err == nil && ended == 0:
		err = fmt.Errorf("%w: run %s is %s; the records of its jobs are there when it has finished", aurea.ErrConflict, id, status)
	}
	return n, attempt, err
}

func (s *Store) blob(ctx context.Context, id, attempt string, n int64) (data []byte, err error) {
	const query = `SELECT records, checksum FROM jobs WHERE run_id = $1 AND attempt = $2 AND n = $3`
	var sum sql.NullInt64
	err = s.reader.QueryRowContext(ctx, query, id, attempt, n).Scan(&data, &sum)
	switch {
	case none(err):
		err = notFound(id)
	case err == nil && sum.Valid && checksum(data) != sum.Int64:
		err = fmt.Errorf("blob %d of run %s is broken; restore the database from a copy", n, id)
	}
	return data, err
}

const (
	insertBlob = `
INSERT INTO jobs (run_id, attempt, n, records, checksum)
SELECT r.id, $2, $3, $4, $5 FROM runs r WHERE r.id = $1 AND ` + mayFinish + `$6)`
	dropBlobs = `DELETE FROM jobs WHERE run_id = $1 AND attempt <> $2`
)

func (st *stage) keepBlob(ctx context.Context, tx transaction, data []byte) error {
	return touch(ctx, tx, st.run, insertBlob, st.run, st.attempt, st.blobs, data, checksum(data), st.store.life)
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// checksum tells a blob that is not what was written, before it is taken apart.
func checksum(data []byte) int64 { return int64(crc32.Checksum(data, castagnoli)) }
