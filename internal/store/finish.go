package store

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/aurea-orchestrator/aurea"
)

// Finish keeps a finished run and everything that came of it. Only when all of it
// is there is the run finished.
func (s *Store) Finish(ctx context.Context, run aurea.Run) (digest string, err error) {
	if !run.Status.Finished() {
		return "", fmt.Errorf("%w: a run that is %s has not finished", aurea.ErrConflict, run.Status)
	}
	e, err := newEnding(run)
	if err != nil {
		return "", err
	}
	e.stage, err = s.stage(ctx, run)
	if err == nil {
		err = s.writer.write(ctx, func(ctx context.Context, tx transaction) error {
			digest, err = e.keep(ctx, tx)
			return err
		})
	}
	if err != nil {
		e.stage.drop(ctx)
		return "", s.told("keep a result", err)
	}
	return digest, nil
}

// An ending is what is kept of a run when it finishes, as it is kept.
type ending struct {
	id, status, state string
	summary, series   string // JSON; "" without a result
	tally, detail     []byte
	stage             *stage // nil without records
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

const (
	finishRun = `
UPDATE runs SET status = $1, finished = 1, state = $2, summary = $3, digest = $4, bytes = $5, jobs = $6
WHERE id = $7 AND finished = 0`
	insertResult = `INSERT INTO results (run_id, series, tally, detail) VALUES ($1, $2, $3, $4)`
)

// keep makes the run finished.
func (e *ending) keep(ctx context.Context, tx transaction) (digest string, err error) {
	c, err := e.content(ctx, tx)
	if err != nil {
		return "", err
	}
	digest = c.digest()
	size, attempt := c.bytes(), ""
	if e.stage != nil {
		if err := e.stage.keep(ctx, tx); err != nil {
			return "", err
		}
		size, attempt = size+e.stage.size, e.stage.attempt
	}
	if e.summary != "" {
		if _, err := tx.ExecContext(ctx, insertResult, e.id, e.series, e.tally, e.detail); err != nil {
			return "", err
		}
	}
	summary := sql.NullString{String: e.summary, Valid: e.summary != ""}
	return digest, touch(ctx, tx, e.id, finishRun, e.status, e.state, summary, digest, size, attempt, e.id)
}

// content adds what was kept of the run when it was created.
func (e *ending) content(ctx context.Context, tx transaction) (content, error) {
	c := content{ending: *e}
	var ended int64
	err := tx.QueryRowContext(ctx, `SELECT created_at, spec, finished FROM runs WHERE id = $1`, e.id).Scan(&c.created, &c.spec, &ended)
	switch {
	case none(err):
		err = notFound(e.id)
	case err == nil && ended == 1:
		err = finished(e.id)
	case err == nil && e.stage != nil:
		c.jobs = e.stage.hash.Sum(nil)
	}
	return c, err
}
