package cluster

import (
	"errors"
	"fmt"

	"github.com/aurea-orchestrator/aurea"
)

// The answer to a RecordsAsk is a part: the records of consecutive jobs of a
// shard. A part is decoded on its own. It has recordsVersion, the problem as a
// text ("" if there is none), a byte that is 1 if another part follows, and the
// records in the binary form of aurea.RecordPosition.
const recordsVersion = 1

// appendRecords appends the part of a log that begins at a job of the shard and
// has at most maxPiece bytes.
func appendRecords(data []byte, log *aurea.JobLog, from int64) []byte {
	data = append(appendBlock(append(data, recordsVersion), nil), 0)
	more := len(data) - 1
	at := aurea.RecordPosition{Job: from}
	for job := range log.From(from) {
		if len(data)+aurea.MaxRecordBinary > maxPiece {
			data[more] = 1
			break
		}
		data = at.Append(data, job)
	}
	return data
}

// recordsProblem returns the part that says why there are no records.
func recordsProblem(problem error) []byte {
	return append(appendBlock([]byte{recordsVersion}, []byte(clip(problem.Error()))), 0)
}

// decodeRecords decodes a part that begins at a job of the shard. It calls put for
// each record, in the order of the jobs, until that returns an error. more says
// that another part follows.
func decodeRecords(data []byte, from int64, put func(aurea.JobRecord) error) (more bool, err error) {
	if len(data) == 0 || len(data) > maxPiece || data[0] != recordsVersion {
		return false, aurea.ErrRecordBinary
	}
	in := reader{data: data[1:]}
	problem := in.text(maxText)
	more = in.flag(1) == 1
	if problem != "" {
		return false, errors.New(problem)
	}
	if more && len(in.data) == 0 {
		return false, fmt.Errorf("%w: a part without records is followed by another", aurea.ErrRecordBinary)
	}
	if in.failed {
		return false, aurea.ErrRecordBinary
	}
	for at, rest := (aurea.RecordPosition{Job: from}), in.data; len(rest) > 0; {
		var job aurea.JobRecord
		if job, rest, err = at.Decode(rest); err != nil {
			return false, err
		}
		if err := put(job); err != nil {
			return false, err
		}
	}
	return more, nil
}
