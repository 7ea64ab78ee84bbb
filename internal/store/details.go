package store

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"

	"github.com/aurea-orchestrator/aurea"
)

// details are everything that is kept of a run beside the records of its jobs.
type details struct {
	row
	attempt               string
	records               []byte // the part of the digest that is of the records; nil where it was not kept
	series, tally, detail []byte
}

func (s *Store) details(ctx context.Context, id string) (details, error) {
	const query = `
SELECT ` + columns + `, r.jobs, r.records_digest, p.series, p.tally, p.detail
FROM runs r LEFT JOIN results p ON p.run_id = r.id WHERE r.id = $1`
	var d details
	var err error
	d.row, err = scan(s.reader.QueryRowContext(ctx, query, id), &d.attempt, &d.records, &d.series, &d.tally, &d.detail)
	if isNoRows(err) {
		err = notFoundError(id)
	}
	return d, err
}

// whole is the run, held against its digest.
func (d details) decodeRun() (aurea.Run, error) {
	listed, err := d.row.decode()
	var run aurea.Run
	if err == nil {
		run, err = listed.Whole()
	}
	if err == nil && run.Result != nil {
		err = json.Unmarshal(d.series, &run.Result.Series)
	}
	if err == nil && run.Status.Finished() && (d.attempt == "" || d.records != nil) {
		err = d.checkDigest(d.records)
	}
	if err != nil {
		return aurea.Run{}, d.damagedError(err)
	}
	return run, nil
}

// hold compares the digest with that of what is there; records is the part of it
// that is of the jobs' records.
func (d details) checkDigest(records []byte) error {
	created, err := strconv.ParseInt(string(d.created), 10, 64)
	if err != nil {
		return err
	}
	c := content{
		finishedRun: finishedRun{
			id: d.id, status: string(d.status), state: string(d.state), summary: string(d.summary),
			series: string(d.series), tally: d.tally, detail: d.detail,
		},
		created: created, spec: string(d.spec), jobs: records,
	}
	if got := c.digest(); got != string(d.digest) {
		return errors.New("its digest is " + got + " and should be " + string(d.digest))
	}
	return nil
}
