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
	return s.finishBy(ctx, run, s.epoch, func(e *finishedRun) saver { return e.keep(row) })
}

// finish is Finish for a run of the owner with the given epoch. Only the owner
// itself may replace an assumption.
func (s *Store) finish(ctx context.Context, run aurea.Run, ownerEpoch string) (digest string, err error) {
	return s.finishBy(ctx, run, ownerEpoch, func(e *finishedRun) saver { return e.save })
}

// A saver stores a finished run and returns its digest.
type saver func(ctx context.Context, tx transaction) (digest string, err error)

// finishBy is finish with the way to store the run once its records are staged.
func (s *Store) finishBy(
	ctx context.Context, run aurea.Run, ownerEpoch string, by func(*finishedRun) saver,
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
		save := by(e)
		err = s.writer.write(ctx, func(ctx context.Context, tx transaction) error {
			digest, err = save(ctx, tx)
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
	p := c.columns()
	if e.staged != nil || e.exclusive { // in a shared database, a live owner may still need its blobs
		if _, err := tx.ExecContext(ctx, dropBlobs, e.id, p.attempt); err != nil {
			return "", err
		}
	}
	if err := c.insertParts(ctx, tx); err != nil {
		return "", err
	}
	return p.digest, updateUnfinished(ctx, tx, e.id, finishRun, e.ownerEpoch, int64(e.run.Epoch), e.id, p.status,
		p.state, p.summary, p.digest, p.bytes, p.attempt, p.checksum, p.recordsDigest, flag(e.byOwner))
}

// keep returns a saver that inserts the row as that of a finished run. If the run
// is there already, it saves the run.
func (e *finishedRun) keep(row newRow) saver {
	c := e.contentOf(row.created, row.spec)
	p := c.columns()
	return func(ctx context.Context, tx transaction) (digest string, err error) {
		inserted, err := row.insert(ctx, tx, p)
		switch {
		case err != nil:
			return "", err
		case !inserted:
			return e.save(ctx, tx)
		}
		return p.digest, c.insertParts(ctx, tx)
	}
}

// columns returns the columns of the run's end.
func (c content) columns() progressColumns {
	digest := c.digest()
	p := progressColumns{
		status: c.status, finished: true, state: c.state,
		summary: sql.NullString{String: c.summary, Valid: c.summary != ""},
		digest:  digest, bytes: c.bytes(), checksum: c.row(digest).computeChecksum(), recordsDigest: c.jobs,
	}
	if c.staged != nil {
		p.bytes, p.attempt = p.bytes+c.staged.size, c.staged.attempt
	}
	return p
}

// insertParts inserts what tables other than runs have of the run.
func (c content) insertParts(ctx context.Context, tx transaction) error {
	if c.staged != nil {
		if err := c.staged.attach(ctx, tx); err != nil {
			return err
		}
	}
	if c.summary == "" {
		return nil
	}
	if _, err := tx.ExecContext(ctx, insertResult, c.id, c.series, c.tally, c.detail, c.workerDigest); err != nil {
		return err
	}
	return c.insertWorkers(ctx, tx)
}

// contentOf combines the final state with what creating the run stores.
func (e *finishedRun) contentOf(created int64, spec string) content {
	c := content{finishedRun: *e, created: created, spec: spec, workerDigest: digestWorkers(e.workers)}
	if e.staged != nil {
		c.jobs = e.staged.hash.Sum(nil)
	}
	return c
}

// content combines the final state with what Create stored. It returns an
// alreadyStored or an aurea.ErrConflict if the run has finished or was adopted.
func (e *finishedRun) content(ctx context.Context, tx transaction) (content, error) {
	const query = `SELECT created_at, spec, finished, status, life, run_epoch, digest, state FROM runs WHERE id = $1`
	var (
		created, finished, runEpoch       int64
		spec, status, life, digest, state string
	)
	err := tx.QueryRowContext(ctx, query, e.id).
		Scan(&created, &spec, &finished, &status, &life, &runEpoch, &digest, &state)
	if isNoRows(err) {
		return content{}, notFoundError(e.id)
	}
	if err != nil {
		return content{}, err
	}
	c := e.contentOf(created, spec)
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
