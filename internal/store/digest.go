package store

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash"
	"strconv"
)

// content is the immutable part of a finished run: everything but its note and
// its baseline mark.
type content struct {
	finishedRun
	created int64
	spec    string
	jobs    []byte // SHA-256 of the job records' fingerprints; nil without records

	workerDigest []byte // of the workers' tallies; nil without any
}

// digest is the SHA-256 of the parts of the content in the order below, each
// preceded by its length in 8 bytes.
func (c content) digest() string {
	h := sha256.New()
	created := binary.BigEndian.AppendUint64(nil, uint64(c.created))
	for _, part := range []string{c.id, string(created), c.spec, c.status, c.state, c.summary, c.series} {
		writeSized(h, []byte(part))
	}
	for _, part := range [][]byte{c.tally, c.detail, c.jobs} {
		writeSized(h, part)
	}
	if c.workerDigest != nil { // runs without workers have the digest that they always had
		writeSized(h, c.workerDigest)
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil))
}

func writeSized(h hash.Hash, part []byte) {
	h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(part)))) // a hash never returns an error
	h.Write(part)
}

// row returns the content as a list reads it.
func (c content) row(digest string) row {
	return row{
		id: c.id, created: strconv.AppendInt(nil, c.created, 10), status: []byte(c.status), digest: []byte(digest),
		spec: []byte(c.spec), state: []byte(c.state), summary: []byte(c.summary),
	}
}

// bytes approximates the run's size in the database without its job records.
func (c content) bytes() int64 {
	n := len(c.spec) + len(c.state) + len(c.summary) + len(c.series) + len(c.tally) + len(c.detail) + rowOverhead
	for _, tally := range c.workers {
		n += len(tally)
	}
	return int64(n)
}
