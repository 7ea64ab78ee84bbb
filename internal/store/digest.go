package store

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash"
	"strconv"
)

// A content is everything that is kept of a finished run and does not change:
// all but its note and its mark as a baseline.
type content struct {
	finishedRun
	created int64
	spec    string
	jobs    []byte // SHA-256 of the fingerprints of the jobs' records, nil without records
}

// digest is the SHA-256 of the content: of its parts in this order, each behind
// its length in 8 bytes.
func (c content) digest() string {
	h := sha256.New()
	created := binary.BigEndian.AppendUint64(nil, uint64(c.created))
	for _, part := range []string{c.id, string(created), c.spec, c.status, c.state, c.summary, c.series} {
		writeSized(h, []byte(part))
	}
	for _, part := range [][]byte{c.tally, c.detail, c.jobs} {
		writeSized(h, part)
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil))
}

func writeSized(h hash.Hash, part []byte) {
	h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(part)))) // a hash never fails
	h.Write(part)
}

// row is the content as a list reads it.
func (c content) row(digest string) row {
	return row{
		id: c.id, created: strconv.AppendInt(nil, c.created, 10), status: []byte(c.status), digest: []byte(digest),
		spec: []byte(c.spec), state: []byte(c.state), summary: []byte(c.summary),
	}
}

// bytes is about what the run takes in the database, without its jobs' records.
func (c content) bytes() int64 {
	return int64(len(c.spec) + len(c.state) + len(c.summary) + len(c.series) + len(c.tally) + len(c.detail) + rowOverhead)
}
