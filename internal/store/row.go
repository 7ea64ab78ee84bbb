package store

import (
	"database/sql"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// A state is what is kept of a run as JSON, beside its spec and its result.
// The row's columns of the same names are for searching.
type state struct {
	Name       string             `json:"name"`
	Labels     map[string]string  `json:"labels"`
	StartedAt  *time.Time         `json:"started_at"`
	FinishedAt *time.Time         `json:"finished_at"`
	Progress   *aurea.RunProgress `json:"progress"`
	Error      string             `json:"error"`
	Timeline   []aurea.RunEvent   `json:"timeline"`
}

func stateOf(run aurea.Run) (string, error) {
	return text(state{run.Name, run.Labels, run.StartedAt, run.FinishedAt, run.Progress, run.Error, run.Timeline})
}

// text is a value as JSON, as people write it: a threshold is p99 < 1s.
func text(value any) (string, error) {
	data, err := aurea.PlainJSON(value)
	return string(data), err
}

// searchable is a text as it is compared in a column: PostgreSQL has no NUL in a
// text, and no broken UTF-8.
func searchable(text string) string {
	return strings.ToValidUTF8(strings.ReplaceAll(text, "\x00", "\uFFFD"), "\uFFFD")
}

func micros(t time.Time) int64 { return t.UnixMicro() }

// ceiling is the first microsecond that is not before t.
func ceiling(t time.Time) int64 { return t.Add(time.Microsecond - 1).UnixMicro() }

func flag(on bool) int64 {
	if on {
		return 1
	}
	return 0
}

// columns are those that make a run, in the order in which scan reads them.
const columns = `r.id, r.created_at, r.status, r.baseline, r.note, r.digest, r.spec, r.state, r.summary`

// scan reads the columns off a row, and behind them those of more.
func scan(row interface{ Scan(...any) error }, more ...any) (aurea.ListedRun, error) {
	var (
		run               aurea.ListedRun
		created, baseline int64
		note, spec, kept  []byte
		summary           []byte
	)
	into := append([]any{&run.ID, &created, &run.Status, &baseline, &note, &run.Digest, &spec, &kept, &summary}, more...)
	if err := row.Scan(into...); err != nil {
		return aurea.ListedRun{}, err
	}
	run.CreatedAt = time.UnixMicro(created).UTC()
	run.Baseline = baseline == 1
	var s state
	err := errors.Join(json.Unmarshal(note, &run.Note), json.Unmarshal(kept, &s))
	run.Name, run.Labels, run.StartedAt, run.FinishedAt = s.Name, s.Labels, s.StartedAt, s.FinishedAt
	run.Progress, run.Error, run.Timeline = s.Progress, s.Error, s.Timeline
	run.Spec, run.Result = spec, summary
	return run, err
}

// none reports that a query found no row.
func none(err error) bool { return errors.Is(err, sql.ErrNoRows) }
