package store

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/aurea-orchestrator/aurea"
)

const finishRun = `
UPDATE runs SET status = $1, finished = 1, state = $2, summary = $3, digest = $4, bytes = $5, jobs = $6
WHERE id = $7 AND finished = 0`

const insertResult = `INSERT INTO results (run_id, series, tally, detail) VALUES ($1, $2, $3, $4)`

// Finish keeps a finished run and everything that came of it.
func (s *Store) Finish(ctx context.Context, run aurea.Run) (digest string, err error) {
	if !run.Status.Finished() {
		return "", fmt.Errorf("%w: a run that is %s has not finished", aurea.ErrConflict, run.Status)
	}
	e, err := newEnding(run)
	if err != nil {
		return "", err
	}
	err = s.writer.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		digest, err = e.keep(ctx, tx)
		return err
	})
	if err != nil {
		return "", s.told("keep a result", err)
	}
	return digest, nil
}

// An ending is what is kept of a run when it finishes, as it is kept.
type ending struct {
	id, status, state string
	summary           any // a JSON string, or nil without a result
	series            string
	tally, detail     []byte
}

func newEnding(run aurea.Run) (*ending, error) {
	e := &ending{id: run.ID, status: string(run.Status)}
	var err error
	if e.state, err = stateOf(run); err != nil || run.Result == nil {
		return e, err
	}
	slim := *run.Result
	slim.Series = nil
	if e.summary, err = text(slim); err != nil {
		return nil, err
	}
	if e.series, err = text(run.Result.Series); err != nil {
		return nil, err
	}
	if run.Result.Tally != nil {
		e.tally = run.Result.Tally.AppendBinary(nil)
	}
	if run.Result.Detail != nil {
		e.detail = run.Result.Detail.AppendBinary(nil)
	}
	return e, nil
}

// keep makes the run finished.
func (e *ending) keep(ctx context.Context, tx *sql.Tx) (digest string, err error) {
	var c content
	err = tx.QueryRowContext(ctx, `SELECT created_at, spec FROM runs WHERE id = $1`, e.id).Scan(&c.created, &c.spec)
	if none(err) {
		return "", notFound(e.id)
	}
	if err != nil {
		return "", err
	}
	c.ending = *e
	digest = c.digest()
	if err := touch(ctx, tx, e.id, finishRun, e.status, e.state, e.summary, digest, c.bytes(), "", e.id); err != nil {
		return "", err
	}
	if e.summary != nil {
		_, err = tx.ExecContext(ctx, insertResult, e.id, e.series, e.tally, e.detail)
	}
	return digest, err
}
