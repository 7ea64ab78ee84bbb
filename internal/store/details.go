package store

import (
	"context"
	"errors"
	"strconv"

	"github.com/aurea-orchestrator/aurea"
)

// details is everything stored of a run except its job records.
type details struct {
	row
	attempt               string
	records               []byte // digest of the job records; nil if an earlier version stored none
	series, tally, detail []byte
	workerDigest          []byte // nil without workers
}

func (s *Store) details(ctx context.Context, id string) (details, error) {
	const query = `
SELECT ` + columns + `, r.jobs, r.records_digest, p.series, p.tally, p.detail, p.workers_digest
FROM runs r LEFT JOIN results p ON p.run_id = r.id WHERE r.id = $1`
	var d details
	var err error
	d.row, err = scan(s.reader.QueryRowContext(ctx, query, id), &d.attempt, &d.records, &d.series, &d.tally, &d.detail,
		&d.workerDigest)
	if isNoRows(err) {
		err = notFoundError(id)
	}
	return d, err
}

// decodeRun returns the run after comparing it with its digest.
func (d details) decodeRun() (aurea.Run, error) {
	listed, err := d.decode()
	var run aurea.Run
	if err == nil {
		run, err = listed.Decode()
	}
	if err == nil && run.Result != nil {
		run.Result.Sparkline = nil // it stands for the series
		err = decodeUnlisted(d.series, run.Result)
	}
	if err == nil && run.Status.Finished() && (d.attempt == "" || d.records != nil) {
		err = d.checkDigest(d.records, d.workerDigest)
	}
	if err != nil {
		return aurea.Run{}, d.damagedError(err)
	}
	return run, nil
}

// checkDigest computes the run's digest and compares it with the stored one.
// records is the digest of the job records and workers that of the workers'
// tallies, nil without any.
func (d details) checkDigest(records, workers []byte) error {
	created, err := strconv.ParseInt(string(d.created), 10, 64)
	if err != nil {
		return err
	}
	c := content{
		finishedRun: finishedRun{
			id: d.id, status: string(d.status), state: string(d.state), summary: string(d.summary),
			series: string(d.series), tally: d.tally, detail: d.detail,
		},
		created: created, spec: string(d.spec), jobs: records, workerDigest: workers,
	}
	if got := c.digest(); got != string(d.digest) {
		return errors.New("its digest is " + got + " and should be " + string(d.digest))
	}
	return nil
}
