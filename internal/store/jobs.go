package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"hash/crc32"
	"iter"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/records"
)

// Jobs yields the job records of a finished run. It holds no database resources
// between two blobs, so a slow reader blocks nothing. It ends with an
// aurea.ErrNotFound if the run is deleted meanwhile, and with an
// aurea.ErrDamaged if the records differ from what was stored.
func (s *Store) Jobs(ctx context.Context, id string) iter.Seq2[aurea.JobRecord, error] {
	return func(yield func(aurea.JobRecord, error) bool) {
		set, err := s.findBlobs(ctx, id)
		hash, print := sha256.New(), []byte{}
		for n := int64(0); n < set.count && err == nil; n++ {
			var data []byte
			if data, err = s.readBlob(ctx, set, n); err != nil {
				break
			}
			for job, readErr := range records.Read(data) {
				if readErr != nil {
					err = damagedError(id, fmt.Errorf("the records of its jobs: %w", readErr))
					break
				}
				print = fingerprint(print[:0], job)
				hash.Write(print)
				if !yield(job, nil) {
					return
				}
			}
		}
		if err == nil && set.digest != nil && !bytes.Equal(hash.Sum(nil), set.digest) {
			err = damagedError(id, errors.New("the records of its jobs are others"))
		}
		s.damage.record(id, err)
		if err != nil {
			yield(aurea.JobRecord{}, s.wrapErr("read the records of a run's jobs", err))
		}
	}
}

// recordBlobs describes the stored job records of a run.
type recordBlobs struct {
	run, attempt string
	count        int64  // number of blobs
	digest       []byte // nil if an earlier version stored none
}

// findBlobs looks up the job records of a finished run.
func (s *Store) findBlobs(ctx context.Context, id string) (recordBlobs, error) {
	const query = `
SELECT r.status, r.finished, r.jobs, r.records_digest,
       (SELECT count(*) FROM jobs j WHERE j.run_id = r.id AND j.attempt = r.jobs)
FROM runs r WHERE r.id = $1`
	var (
		set      = recordBlobs{run: id}
		status   string
		finished int64
	)
	err := s.reader.QueryRowContext(ctx, query, id).Scan(&status, &finished, &set.attempt, &set.digest, &set.count)
	switch {
	case isNoRows(err):
		err = notFoundError(id)
	case err == nil && finished == 0:
		err = fmt.Errorf("%w: run %s is %s; the records of its jobs are there when it has finished",
			aurea.ErrConflict, id, status)
	}
	return set, err
}

func (s *Store) readBlob(ctx context.Context, set recordBlobs, n int64) (data []byte, err error) {
	const query = `SELECT records, checksum FROM jobs WHERE run_id = $1 AND attempt = $2 AND n = $3`
	var sum sql.NullInt64
	err = s.reader.QueryRowContext(ctx, query, set.run, set.attempt, n).Scan(&data, &sum)
	switch {
	case isNoRows(err):
		if _, err = s.details(ctx, set.run); err == nil { // otherwise the run was deleted meanwhile
			err = damagedError(set.run, fmt.Errorf("blob %d of the records of its jobs is missing", n))
		}
	case err == nil && sum.Valid && checksum(data) != sum.Int64:
		err = damagedError(set.run, fmt.Errorf("blob %d of the records of its jobs is broken", n))
	}
	return data, err
}

const (
	insertBlob = `
INSERT INTO jobs (run_id, attempt, n, records, checksum)
SELECT r.id, $4, $5, $6, $7 FROM runs r WHERE r.id = $3 AND ` + mayFinish
	insertLastBlob = `INSERT INTO jobs (run_id, attempt, n, records, checksum) VALUES ($1, $2, $3, $4, $5)`
	dropBlobs      = `DELETE FROM jobs WHERE run_id = $1 AND attempt <> $2`
)

// addBlob inserts a blob if the run may be finished by this server.
func (st *recordStage) addBlob(ctx context.Context, tx transaction, data []byte) error {
	return updateUnfinished(ctx, tx, st.run, insertBlob,
		st.store.epoch, int64(st.runEpoch), st.run, st.attempt, st.blobs, data, checksum(data))
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// checksum detects a changed blob before it is decoded.
func checksum(data []byte) int64 { return int64(crc32.Checksum(data, castagnoli)) }
