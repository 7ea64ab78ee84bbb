package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"sync"

	"github.com/google/uuid"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/records"
)

// blobJobs is how many jobs' records are in a blob: one or two megabytes.
const blobJobs = 250_000

// A stage brings the records of a run's jobs into the database before the run is
// finished, under the name of this attempt to finish it. Each blob has a
// transaction of its own, so that others may write between two of a long run's;
// they belong to the run only when it is finished and names the attempt. The last
// blob is kept with the result, in one transaction with everything else.
type recordStage struct {
	store   *Store
	run     string
	attempt string
	blobs   int64 // that are in the database
	size    int64 // of all of them, and of last
	last    []byte
	jobs    int64 // in last
	hash    hash.Hash
}

// writers are kept because a new one costs more than what a short run has to
// write with it.
var recordWriters = sync.Pool{New: func() any { return records.NewWriter(nil) }}

// stage stages the records; without any the result is nil.
func (s *Store) stageRecords(ctx context.Context, run aurea.Run) (*recordStage, error) {
	if run.Result == nil || run.Result.Jobs == nil {
		return nil, nil
	}
	st := &recordStage{store: s, run: run.ID, attempt: uuid.NewString(), hash: sha256.New()}
	out := new(bytes.Buffer)
	w := recordWriters.Get().(*records.Writer)
	defer recordWriters.Put(w)
	w.Reset(out)
	print := []byte{}
	for job := range run.Result.Jobs.All() {
		if st.jobs == blobJobs {
			if err := st.flush(ctx, w, out); err != nil {
				return st, err
			}
			w.Reset(out)
		}
		if err := w.Write(job); err != nil {
			return st, err
		}
		st.jobs++
		print = fingerprint(print[:0], job)
		st.hash.Write(print)
	}
	err := w.Close()
	st.last = out.Bytes()
	st.size += int64(len(st.last))
	return st, err
}

// flush puts a full blob into the database.
func (st *recordStage) flush(ctx context.Context, w *records.Writer, out *bytes.Buffer) error {
	if err := w.Close(); err != nil {
		return err
	}
	err := st.store.writer.write(ctx, func(ctx context.Context, tx transaction) error {
		return st.addBlob(ctx, tx, out.Bytes())
	})
	st.blobs++
	st.size += int64(out.Len())
	st.jobs = 0
	out.Reset()
	return err
}

// keep puts the last blob into the database, and drops those of earlier attempts.
func (st *recordStage) attach(ctx context.Context, tx transaction) error {
	if _, err := tx.ExecContext(ctx, dropBlobs, st.run, st.attempt); err != nil || st.jobs == 0 {
		return err
	}
	return st.addBlob(ctx, tx, st.last)
}

// drop takes out what was staged for nothing. What it leaves, because the disk is
// full perhaps, goes when the run is finished or recovered.
func (st *recordStage) discard(ctx context.Context) {
	if st == nil || st.blobs == 0 {
		return
	}
	err := st.store.writer.write(context.WithoutCancel(ctx), func(ctx context.Context, tx transaction) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM jobs WHERE run_id = $1 AND attempt = $2`, st.run, st.attempt)
		return err
	})
	if err != nil {
		st.store.log.Warn("records of a run that was not kept stay until it is", "run", st.run, "error", err)
	}
}

// fingerprint appends a record for the digest: its five numbers in 8 bytes each.
func fingerprint(data []byte, job aurea.JobRecord) []byte {
	for _, n := range []int64{job.Index, int64(job.Intended), int64(job.Start), int64(job.End), int64(job.Outcome)} {
		data = binary.BigEndian.AppendUint64(data, uint64(n))
	}
	return data
}
