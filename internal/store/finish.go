package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/aurea-orchestrator/aurea"
)

// Finish keeps a finished run and everything that came of it. Only when all of it
// is there is the run finished. To finish a run again in the same way changes
// nothing: the answer to the first time may have been lost.
//
// A run of this server may have been declared interrupted by another one, because
// this one could not renew its lease. That was an assumption, and the run's own
// end replaces it: the result is kept, and the timeline says what happened.
func (s *Store) Finish(ctx context.Context, run aurea.Run) (digest string, err error) {
	if !run.Status.Finished() {
		return "", fmt.Errorf("%w: a run that is %s has not finished", aurea.ErrConflict, run.Status)
	}
	e, err := newEnding(run)
	if err != nil {
		return "", err
	}
	e.life, e.alone = s.life, s.dialect.alone
	e.stage, err = s.stage(ctx, run)
	if err == nil {
		err = s.writer.write(ctx, func(ctx context.Context, tx transaction) error {
			digest, err = e.keep(ctx, tx)
			return err
		})
	}
	if again := new(keptAlready); errors.As(err, &again) {
		e.stage.drop(ctx)
		return again.digest, nil
	}
	if err != nil {
		e.stage.drop(ctx)
		return "", s.told("keep a result", err)
	}
	return digest, nil
}

// keptAlready says that a run was finished before, in the same way.
type keptAlready struct{ digest string }

func (k *keptAlready) Error() string { return "it is kept already" }

// An ending is what is kept of a run when it finishes, as it is kept.
type ending struct {
	id, status, state string
	summary, series   string // JSON; "" without a result
	tally, detail     []byte
	stage             *stage // nil without records
	run               aurea.Run
	life              string // whose end it is
	alone             bool   // see dialect
}

func newEnding(run aurea.Run) (*ending, error) {
	e := &ending{id: run.ID, status: string(run.Status), run: run}
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

// mayFinish, before the parameter of a life, selects the runs that it may finish:
// those that have no end, and its own that others have assumed to be interrupted.
const mayFinish = `(finished = 0 OR status = 'interrupted' AND life = `

const (
	finishRun = `
UPDATE runs SET status = $1, finished = 1, state = $2, summary = $3, digest = $4, bytes = $5, jobs = $6,
                checksum = $7, records_digest = $8
WHERE id = $9 AND ` + mayFinish + `$10)`
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
	} else if e.alone { // else an owner that lives may be about to need them
		if _, err := tx.ExecContext(ctx, dropBlobs, e.id, ""); err != nil {
			return "", err
		}
	}
	if e.summary != "" {
		if _, err := tx.ExecContext(ctx, insertResult, e.id, e.series, e.tally, e.detail); err != nil {
			return "", err
		}
	}
	summary := sql.NullString{String: e.summary, Valid: e.summary != ""}
	return digest, touch(ctx, tx, e.id, finishRun, e.status, c.state, summary, digest, size, attempt, c.row(digest).sum(), c.jobs, e.id, e.life)
}

// content adds what was kept of the run when it was created.
func (e *ending) content(ctx context.Context, tx transaction) (content, error) {
	const query = `SELECT created_at, spec, finished, status, life, digest, state FROM runs WHERE id = $1`
	var (
		c                           = content{ending: *e}
		ended                       int64
		status, life, digest, state string
	)
	err := tx.QueryRowContext(ctx, query, e.id).Scan(&c.created, &c.spec, &ended, &status, &life, &digest, &state)
	if none(err) {
		return c, notFound(e.id)
	}
	if err != nil {
		return c, err
	}
	if e.stage != nil {
		c.jobs = e.stage.hash.Sum(nil)
	}
	switch {
	case ended == 0:
		return c, nil
	case c.digest() == digest:
		return c, &keptAlready{digest}
	case status != string(aurea.StatusInterrupted) || life != e.life:
		return c, finished(e.id)
	}
	c.state, err = e.afterAssumption(state)
	if err == nil && c.digest() == digest {
		err = &keptAlready{digest}
	}
	return c, err
}

// afterAssumption is the state of the run after another server has assumed that it
// was interrupted; assumed is the state that the other one has kept.
func (e *ending) afterAssumption(assumed string) (string, error) {
	var other state
	if err := json.Unmarshal([]byte(assumed), &other); err != nil || other.FinishedAt == nil {
		return e.state, nil // what it says cannot be told
	}
	event := aurea.RunEvent{
		At: *other.FinishedAt, Kind: "assumed_interrupted",
		Detail: "another server took this one for dead and declared the run interrupted; it went on to this end",
	}
	if e.run.StartedAt != nil {
		event.T = max(event.At.Sub(*e.run.StartedAt).Seconds(), 0)
	}
	run := e.run
	run.Timeline = append(slices.Clone(run.Timeline), event)
	return stateOf(run)
}
