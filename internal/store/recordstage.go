package store

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"sync"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/records"
)

// blobJobs is the number of job records in a blob: one or two megabytes.
const blobJobs = 250_000

// A recordStage inserts a run's job records before the run is finished, under
// the name of this attempt to finish it. Each full blob has a transaction of
// its own, so that others may write in between. The blobs belong to the run
// only when it is finished and names the attempt. The last blob is committed
// with the result.
type recordStage struct {
	store    *Store
	write    func(context.Context, change) error // applies the changes of full blobs
	run      string
	runEpoch uint64
	attempt  string
	blobs    int64 // blobs inserted so far
	size     int64 // bytes of all blobs, including last
	last     []byte
	jobs     int64 // records in the current blob
	hash     hash.Hash
	print    []byte // of the last record, for reuse
}

// recordWriters reuses writers with their buffers.
var recordWriters = sync.Pool{New: func() any { return records.NewWriter(nil) }}

// stageRecords inserts all full blobs of the run's job records by write. It
// returns nil for a run without records.
func (s *Store) stageRecords(
	ctx context.Context, run aurea.Run, write func(context.Context, change) error,
) (*recordStage, error) {
	if run.Samples.Jobs == nil {
		return nil, nil
	}
	st := &recordStage{
		store: s, write: write, run: run.ID, runEpoch: run.Epoch, attempt: rand.Text(), hash: sha256.New(),
	}
	if st.last = records.EncodeFew(run.Samples.Jobs.All()); st.last != nil {
		for job := range run.Samples.Jobs.All() {
			st.add(job)
		}
		st.size = int64(len(st.last))
		return st, nil
	}
	out := new(bytes.Buffer)
	w := recordWriters.Get().(*records.Writer)
	defer recordWriters.Put(w)
	w.Reset(out)
	for job := range run.Samples.Jobs.All() {
		if st.jobs == blobJobs {
			if err := st.flush(ctx, w, out); err != nil {
				return st, err
			}
			w.Reset(out)
		}
		if err := w.Write(job); err != nil {
			return st, err
		}
		st.add(job)
	}
	err := w.Close()
	st.last = out.Bytes()
	st.size += int64(len(st.last))
	return st, err
}

// add counts a record and adds it to the digest.
func (st *recordStage) add(job aurea.JobRecord) {
	st.jobs++
	st.print = fingerprint(st.print[:0], job)
	st.hash.Write(st.print)
}

// flush inserts a full blob.
func (st *recordStage) flush(ctx context.Context, w *records.Writer, out *bytes.Buffer) error {
	if err := w.Close(); err != nil {
		return err
	}
	err := st.write(ctx, func(ctx context.Context, tx transaction) error {
		return st.addBlob(ctx, tx, out.Bytes())
	})
	st.blobs++
	st.size += int64(out.Len())
	st.jobs = 0
	out.Reset()
	return err
}

// attach inserts the last blob, in the transaction that finishes the run.
func (st *recordStage) attach(ctx context.Context, tx transaction) error {
	if st.jobs == 0 {
		return nil
	}
	_, err := tx.ExecContext(ctx, insertLastBlob, st.run, st.attempt, st.blobs, st.last, checksum(st.last))
	return err
}

// discard deletes the blobs of a failed attempt. If that fails, perhaps because
// the disk is full, finishing or recovering the run deletes them.
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

// fingerprint appends a record's five numbers, 8 bytes each, for the digest.
func fingerprint(data []byte, job aurea.JobRecord) []byte {
	for _, n := range []int64{job.Index, int64(job.Intended), int64(job.Start), int64(job.End), int64(job.Outcome)} {
		data = binary.BigEndian.AppendUint64(data, uint64(n))
	}
	return data
}
