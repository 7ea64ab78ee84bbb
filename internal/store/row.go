package store

import (
	"database/sql"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"strconv"
	"strings"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/param"
)

// storedState is the JSON stored of a run beside its spec and its result. The
// columns of the same names are for searching.
type storedState struct {
	Name       string             `json:"name"`
	Labels     map[string]string  `json:"labels"`
	StartedAt  *time.Time         `json:"started_at"`
	FinishedAt *time.Time         `json:"finished_at"`
	Progress   *aurea.RunProgress `json:"progress"`
	Error      string             `json:"error"`
	Timeline   []aurea.RunEvent   `json:"timeline"`
}

func encodeState(run aurea.Run) (string, error) {
	return encodeJSON(storedState{
		run.Name, run.Labels, run.StartedAt, run.FinishedAt, run.Progress, run.Error, run.Timeline,
	})
}

// encodeJSON encodes a value without escaping for HTML: a threshold is p99 <
// 1s.
func encodeJSON(value any) (string, error) {
	data, err := param.PlainJSON(value)
	return string(data), err
}

// searchable returns the text as columns store and compare it. PostgreSQL
// accepts neither NUL nor invalid UTF-8.
func searchable(text string) string {
	return strings.ToValidUTF8(strings.ReplaceAll(text, "\x00", "\uFFFD"), "\uFFFD")
}

func micros(t time.Time) int64 { return t.UnixMicro() }

// ceiling returns the first microsecond that is not before t.
func ceiling(t time.Time) int64 { return t.Add(time.Microsecond - 1).UnixMicro() }

func flag(on bool) int64 {
	if on {
		return 1
	}
	return 0
}

// columns are the columns of a row, in the order of scan.
const columns = `r.id, r.created_at, r.status, r.baseline, r.note, r.digest, r.spec, r.state, r.summary, r.checksum`

// A row is the stored form of a run. Every column is read as text: a row that
// another program changed may hold any type, and must not break a list.
type row struct {
	id                                            string
	created, status, baseline, note, digest, spec []byte
	state, summary, checksum                      []byte
}

// scan reads the row's columns and then those of more.
func scan(from interface{ Scan(...any) error }, more ...any) (row, error) {
	var r row
	into := []any{
		&r.id, &r.created, &r.status, &r.baseline, &r.note, &r.digest, &r.spec, &r.state, &r.summary, &r.checksum,
	}
	err := from.Scan(append(into, more...)...)
	return r, err
}

// listed returns the run for a list. If the row is damaged, the run says so,
// has no result, and has an empty spec if the spec cannot be decoded; listed
// then also returns an aurea.ErrDamaged.
func (r row) listed() (aurea.RunSummary, error) {
	run, err := r.decode()
	if err == nil {
		return run, nil
	}
	damaged := r.damagedError(err)
	run.Damaged, run.Result = damaged.Error(), nil
	if _, err := run.Decode(); err != nil {
		run.Spec = []byte("{}")
	}
	return run, damaged
}

// decode decodes the row. With an error, the run has the fields that could be
// decoded.
func (r row) decode() (aurea.RunSummary, error) {
	var s storedState
	run := aurea.RunSummary{Spec: r.spec, Result: r.summary}
	run.ID, run.Status, run.Digest = r.id, aurea.Status(r.status), string(r.digest)
	created, err := strconv.ParseInt(string(r.created), 10, 64)
	if err == nil {
		run.CreatedAt = time.UnixMicro(created).UTC()
	}
	err = errors.Join(err, json.Unmarshal(r.note, &run.Note), json.Unmarshal(r.state, &s), r.verifyChecksum())
	run.Baseline = string(r.baseline) == "1"
	run.Name, run.Labels, run.StartedAt, run.FinishedAt = s.Name, s.Labels, s.StartedAt, s.FinishedAt
	run.Progress, run.Error, run.Timeline = s.Progress, s.Error, s.Timeline
	return run, err
}

// verifyChecksum compares the row with its checksum. Rows of earlier versions
// have none; there, the documents must at least be JSON.
func (r row) verifyChecksum() error {
	switch {
	case r.checksum != nil && strconv.FormatInt(r.computeChecksum(), 10) != string(r.checksum):
		return errors.New("its checksum is another one")
	case r.checksum == nil && (!json.Valid(r.spec) || r.summary != nil && !json.Valid(r.summary)):
		return errors.New("a part of it is not JSON")
	}
	return nil
}

// computeChecksum returns the checksum of what a list shows and never changes.
func (r row) computeChecksum() int64 {
	crc := uint32(0)
	for _, part := range [][]byte{[]byte(r.id), r.created, r.status, r.digest, r.spec, r.state, r.summary} {
		crc = crc32.Update(crc, castagnoli, binary.BigEndian.AppendUint64(nil, uint64(len(part))))
		crc = crc32.Update(crc, castagnoli, part)
	}
	return int64(crc)
}

// damagedError says why the run differs from what was stored.
func (r row) damagedError(cause error) error { return damagedError(r.id, cause) }

func damagedError(id string, cause error) error {
	return fmt.Errorf("%w: run %s is not what was kept: %w; restore the database from a copy, or delete the run",
		aurea.ErrDamaged, id, cause)
}

// isNoRows reports whether a query found no row.
func isNoRows(err error) bool { return errors.Is(err, sql.ErrNoRows) }
