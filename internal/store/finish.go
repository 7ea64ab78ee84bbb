package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// Finish stores the final state of a run, with its result and job records, in
// one commit. Finishing a run again with the same content changes nothing and
// returns its digest, because the caller may have missed the first response.
//
// Another server may have declared a run of this one interrupted, because this
// one could not renew its lease. Then Finish replaces that assumption with the
// actual result and adds an event to the timeline. If the other server adopted
// the run instead, Finish changes nothing and returns an aurea.ErrConflict.
func (s *Store) Finish(ctx context.Context, run aurea.Run) (digest string, err error) {
	return s.finish(ctx, run, s.epoch)
}

// Keep stores a finished run that was never created: Create and Finish in one
// commit. Of a run that was created, or kept, it is Finish.
func (s *Store) Keep(ctx context.Context, run aurea.Run, by aurea.Submission) (digest string, err error) {
	queued := run.AsQueued()
	queued.CreatedAt = queued.CreatedAt.UTC().Truncate(time.Microsecond)
	row, err := s.newRow(queued, by)
	if err != nil {
		return "", err
	}
	return s.finish(ctx, run, s.epoch, func(ctx context.Context, tx transaction) error {
		result, err := tx.ExecContext(ctx, insertRun, row...)
		if err != nil {
			return err
		}
		if n, err := result.RowsAffected(); err != nil || n == 0 {
			return err // it is there already
		}
		return addLabels(ctx, tx, queued)
	})
}

// finish is Finish for a run of the owner with the given epoch. Only the owner
// itself may replace an assumption. Each of before is done first, in the same
// commit.
func (s *Store) finish(
	ctx context.Context, run aurea.Run, ownerEpoch string, before ...change,
) (digest string, err error) {
	if !run.Status.Finished() {
		return "", fmt.Errorf("%w: a run that is %s has not finished", aurea.ErrConflict, run.Status)
	}
	e, err := newFinishedRun(run)
	if err != nil {
		return "", err
	}
	e.ownerEpoch, e.byOwner, e.exclusive = ownerEpoch, ownerEpoch == s.epoch, s.dialect.exclusive
	e.staged, err = s.stageRecords(ctx, run, s.writer.write)
	if err == nil {
		err = s.writer.write(ctx, func(ctx context.Context, tx transaction) error {
			for _, do := range before {
				if err := do(ctx, tx); err != nil {
					return err
				}
			}
			digest, err = e.save(ctx, tx)
			return err
		})
	}
	if again := new(alreadyStored); errors.As(err, &again) {
		e.staged.discard(ctx)
		return again.digest, nil
	}
	if err != nil {
		e.staged.discard(ctx)
		return "", s.wrapErr("keep a result", err)
	}
	return digest, nil
}

// alreadyStored is the error for a run that was finished before with the same
// content.
type alreadyStored struct{ digest string }

func (k *alreadyStored) Error() string { return "it is kept already" }

// A finishedRun is a finished run in its stored form.
type finishedRun struct {
	id, status, state string
	summary, series   string // JSON; "" without a result
	tally, detail     []byte
	workers           []aurea.PackedTally // nil without any
	staged            *recordStage        // nil without records
	run               aurea.Run
	ownerEpoch        string // the epoch of the server that has the run
	byOwner           bool   // whether that server finishes it
	exclusive         bool   // see dialect
}

func newFinishedRun(run aurea.Run) (*finishedRun, error) {
	e := &finishedRun{id: run.ID, status: string(run.Status), run: run}
	var err error
	if e.state, err = encodeState(run); err != nil || run.Result == nil {
		return e, err
	}
	if e.summary, err = encodeJSON(run.Result.Outline()); err != nil {
		return nil, err
	}
	if e.series, err = encodeUnlisted(run.Result); err != nil {
		return nil, err
	}
	if run.Samples.Tally != nil {
		e.tally = run.Samples.Tally.AppendBinary(nil)
	}
	if run.Samples.Breakdown != nil {
		e.detail = run.Samples.Breakdown.AppendBinary(nil)
	}
	e.workers = run.Samples.Workers
	return e, nil
}

// mayFinish selects the runs that their owner may finish: unfinished ones, and
// those that others declared interrupted.
const mayFinish = mine + ` AND (finished = 0 OR status = 'interrupted')`

const (
	finishRun = `
UPDATE runs SET status = $4, finished = 1, state = $5, summary = $6, digest = $7, bytes = $8, jobs = $9,
                checksum = $10, records_digest = $11, noted = NULL
WHERE id = $3 AND ` + mayFinish + ` AND (finished = 0 OR $12 = 1)`
	insertResult = `INSERT INTO results (run_id, series, tally, detail, workers_digest) VALUES ($1, $2, $3, $4, $5)`
)

// save marks the run as finished and stores its result.
func (e *finishedRun) save(ctx context.Context, tx transaction) (digest string, err error) {
	c, err := e.content(ctx, tx)
	if err != nil {
		return "", err
	}
	digest = c.digest()
	size, attempt := c.bytes(), ""
	if e.staged != nil {
		if err := e.staged.attach(ctx, tx); err != nil {
			return "", err
		}
		size, attempt = size+e.staged.size, e.staged.attempt
	} else if e.exclusive { // in a shared database, a live owner may still need its blobs
		if _, err := tx.ExecContext(ctx, dropBlobs, e.id, ""); err != nil {
			return "", err
		}
	}
	if e.summary != "" {
		if _, err := tx.ExecContext(ctx, insertResult, e.id, e.series, e.tally, e.detail, c.workerDigest); err != nil {
			return "", err
		}
		if err := e.insertWorkers(ctx, tx); err != nil {
			return "", err
		}
	}
	summary := sql.NullString{String: e.summary, Valid: e.summary != ""}
	return digest, updateUnfinished(ctx, tx, e.id, finishRun, e.ownerEpoch, int64(e.run.Epoch), e.id,
		e.status, c.state, summary, digest, size, attempt, c.row(digest).computeChecksum(), c.jobs, flag(e.byOwner))
}

// content combines the final state with what Create stored. It returns an
// alreadyStored or an aurea.ErrConflict if the run has finished or was adopted.
func (e *finishedRun) content(ctx context.Context, tx transaction) (content, error) {
	const query = `SELECT created_at, spec, finished, status, life, run_epoch, digest, state FROM runs WHERE id = $1`
	var (
		c                           = content{finishedRun: *e}
		finished, runEpoch          int64
		status, life, digest, state string
	)
	err := tx.QueryRowContext(ctx, query, e.id).
		Scan(&c.created, &c.spec, &finished, &status, &life, &runEpoch, &digest, &state)
	if isNoRows(err) {
		return c, notFoundError(e.id)
	}
	if err != nil {
		return c, err
	}
	c.workerDigest = digestWorkers(e.workers)
	if e.staged != nil {
		c.jobs = e.staged.hash.Sum(nil)
	}
	adopted := life != e.ownerEpoch || runEpoch > int64(e.run.Epoch)
	switch {
	case finished == 0 && adopted:
		return c, adoptedError(e.id)
	case finished == 0:
		return c, nil
	case c.digest() == digest:
		return c, &alreadyStored{digest}
	case status != string(aurea.StatusInterrupted) || adopted || !e.byOwner:
		return c, finishedError(e.id)
	}
	c.state, err = e.stateAfterAssumption(state)
	if err == nil && c.digest() == digest {
		err = &alreadyStored{digest}
	}
	return c, err
}

// stateAfterAssumption returns the run's state with an event that says another
// server assumed it interrupted. assumed is the state that the other server
// stored.
func (e *finishedRun) stateAfterAssumption(assumed string) (string, error) {
	var assumedState storedState
	if err := json.Unmarshal([]byte(assumed), &assumedState); err != nil || assumedState.FinishedAt == nil {
		return e.state, nil // the assumed state cannot be decoded
	}
	event := aurea.RunEvent{
		At: *assumedState.FinishedAt, Kind: "assumed_interrupted",
		Detail: "another server took this one for dead and declared the run interrupted; it went on to this end",
	}
	if e.run.StartedAt != nil {
		event.T = max(event.At.Sub(*e.run.StartedAt).Seconds(), 0)
	}
	run := e.run
	run.Timeline = append(slices.Clone(run.Timeline), event)
	return encodeState(run)
}
