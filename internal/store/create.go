package store

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

const insertRun = `
INSERT INTO runs (id, created_at, status, finished, kind, name, owner, life, stop, baseline, bytes,
                  submission_key, submission, note, digest, jobs, spec, state, detached)
VALUES ($1, $2, $3, 0, $4, $5, $6, $7, 0, 0, $8, $9, $10, $11, '', '', $12, $13, $14)
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
	ctx context.Context, tx transaction, run aurea.Run, by aurea.Submission, row []any,
) (earlier string, err error) {
	result, err := tx.ExecContext(ctx, insertRun, row...)
	if err != nil {
		return "", err
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		return earlierSubmission(ctx, tx, run.ID, by)
	}
	return "", addLabels(ctx, tx, run)
}

func (s *Store) newRow(run aurea.Run, by aurea.Submission) ([]any, error) {
	if run.Status != aurea.StatusQueued {
		return nil, fmt.Errorf("%w: a run is created as queued, not as %s", aurea.ErrConflict, run.Status)
	}
	spec, err := encodeJSON(run.Spec)
	if err != nil {
		return nil, err
	}
	encoded, err := encodeState(run)
	if err != nil {
		return nil, err
	}
	note, err := encodeJSON(run.Note)
	if err != nil {
		return nil, err
	}
	var key any // no key is NULL, which is never equal to another
	if by.Key != "" {
		key = []byte(by.Key)
	}
	bytes := int64(len(spec) + len(encoded) + rowOverhead)
	return []any{run.ID, micros(run.CreatedAt), string(run.Status), run.Spec.ResolvedWorkload().Kind, searchable(run.Name),
		s.ownerKey(by.Owner), s.epoch, bytes, key, []byte(by.Body), note, spec, encoded, flag(by.Detached)}, nil
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
