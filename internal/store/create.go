package store

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

const insertRun = `
INSERT INTO runs (id, created_at, kind, name, owner, life, stop, baseline, submission_key, submission, note, spec,
                  detached, status, finished, state, summary, digest, bytes, jobs, checksum, records_digest)
VALUES ($1, $2, $3, $4, $5, $6, 0, 0, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
ON CONFLICT DO NOTHING`

const insertLabel = `INSERT INTO labels (key, value, created_at, run_id) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`

// Create stores a queued run. If the submission's key was used before with the
// same body, Create returns the earlier run instead.
func (s *Store) Create(ctx context.Context, run aurea.Run, by aurea.Submission) (aurea.Run, error) {
	run.CreatedAt = run.CreatedAt.UTC().Truncate(time.Microsecond)
	row, err := s.newRow(run, by)
	if err != nil {
		return aurea.Run{}, err
	}
	var earlier string // ID of the run that the same key created
	err = s.writer.write(ctx, func(ctx context.Context, tx transaction) error {
		earlier, err = insert(ctx, tx, run, by, row)
		return err
	})
	if err != nil {
		return aurea.Run{}, s.wrapErr("keep a run", err)
	}
	if earlier != "" {
		return s.Get(ctx, earlier)
	}
	return run, nil
}

// insert inserts the row of a run and its labels. If the submission's key was
// used before, it changes nothing and returns the ID of that run.
func insert(
	ctx context.Context, tx transaction, run aurea.Run, by aurea.Submission, row newRow,
) (earlier string, err error) {
	queued, err := row.queued()
	if err != nil {
		return "", err
	}
	inserted, err := row.insert(ctx, tx, queued)
	if err == nil && !inserted {
		return earlierSubmission(ctx, tx, run.ID, by)
	}
	return "", err
}

// A newRow is a run that is to be inserted.
type newRow struct {
	run     aurea.Run // as queued
	created int64
	spec    string
	fixed   []any // the columns that the end of the run does not change
}

// progressColumns are the columns that the end of a run sets.
type progressColumns struct {
	status        string
	finished      bool
	state         string
	summary       sql.NullString
	digest        string
	bytes         int64
	attempt       string // to store the job records
	checksum      any    // nil before the end
	recordsDigest any    // nil before the end
}

// insert inserts the row and its labels. It changes nothing and reports false if
// the run or its submission's key is there already.
func (r newRow) insert(ctx context.Context, tx transaction, p progressColumns) (inserted bool, err error) {
	args := append(slices.Clone(r.fixed), p.status, flag(p.finished), p.state, p.summary, p.digest, p.bytes, p.attempt,
		p.checksum, p.recordsDigest)
	result, err := tx.ExecContext(ctx, insertRun, args...)
	if err != nil {
		return false, err
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		return false, err
	}
	return true, addLabels(ctx, tx, r.run)
}

func (s *Store) newRow(run aurea.Run, by aurea.Submission) (newRow, error) {
	if run.Status != aurea.StatusQueued {
		return newRow{}, fmt.Errorf("%w: a run is created as queued, not as %s", aurea.ErrConflict, run.Status)
	}
	spec, err := encodeJSON(run.Spec)
	if err != nil {
		return newRow{}, err
	}
	note, err := encodeJSON(run.Note)
	if err != nil {
		return newRow{}, err
	}
	var key any // no key is NULL, which is never equal to another
	if by.Key != "" {
		key = []byte(by.Key)
	}
	return newRow{
		run: run, created: micros(run.CreatedAt), spec: spec,
		fixed: []any{run.ID, micros(run.CreatedAt), run.Spec.ResolvedWorkload().Kind, searchable(run.Name),
			s.ownerKey(by.Owner), s.epoch, key, []byte(by.Body), note, spec, flag(by.Detached)},
	}, nil
}

// queued returns the columns of a run that has not begun.
func (r newRow) queued() (progressColumns, error) {
	state, err := encodeState(r.run)
	return progressColumns{
		status: string(r.run.Status), state: state, bytes: int64(len(r.spec) + len(state) + rowOverhead),
	}, err
}

// rowOverhead approximates the bytes of a run's columns and index entries.
const rowOverhead = 500

func addLabels(ctx context.Context, tx transaction, run aurea.Run) error {
	for key, value := range run.Labels {
		_, err := tx.ExecContext(ctx, insertLabel, searchable(key), searchable(value), micros(run.CreatedAt), run.ID)
		if err != nil {
			return err
		}
	}
	return nil
}

// earlierSubmission returns the ID of the run that the same submission created.
func earlierSubmission(
	ctx context.Context, tx transaction, id string, by aurea.Submission,
) (earlier string, err error) {
	const query = `SELECT id, submission FROM runs WHERE submission_key = $1`
	var body []byte
	err = tx.QueryRowContext(ctx, query, []byte(by.Key)).Scan(&earlier, &body)
	switch {
	case isNoRows(err):
		return "", fmt.Errorf("%w: there is a run %s already", aurea.ErrConflict, id)
	case err != nil:
		return "", err
	case !bytes.Equal(body, []byte(by.Body)):
		return "", fmt.Errorf("%w: the key came before with another body, for run %s; use a new key for a new run",
			aurea.ErrMismatch, earlier)
	}
	return earlier, nil
}
