package aurea

import (
	"fmt"
	"time"

	"github.com/aurea-orchestrator/aurea/param"
)

// A RunQuery selects runs of the history, newest first. The zero value of a
// field selects all runs.
type RunQuery struct {
	Limit    int    // runs a page; 0 is DefaultPage, the maximum is MaxPage
	Cursor   string // the previous page's RunPage.NextCursor; "" for the first page
	Statuses []Status
	Workload string            // the kind of workload
	Name     string            // the exact name
	Labels   map[string]string // a run must have all of them
	Since    time.Time         // created at this time or later
	Until    time.Time         // created before this time
	Baseline bool              // only runs marked as a baseline
	// Verdict must be that of the result. Like Text, it is looked for in one run
	// after another.
	Verdict Verdict
	// Text must be in the id, the name or a label's value, in any case of ASCII
	// letters. It is looked for in one run after another: a rare text takes time
	// in a long history.
	Text string
}

// The number of runs on a page.
const (
	DefaultPage = 50
	MaxPage     = 200
)

// A RunChange is a change to a run's note and baseline mark. A nil field leaves
// the value as it is.
type RunChange struct {
	Note     *string `json:"note,omitempty"`     // up to MaxNote bytes
	Baseline *bool   `json:"baseline,omitempty"` // marking a run unmarks the other baselines of its name
	// KeepBaselines leaves the other baselines of the name as they are, so that
	// several runs are the baseline.
	KeepBaselines bool `json:"keep_baselines,omitempty"`
}

// changeFields is the table of the fields of a RunChange. set assigns the value
// and reports whether it obeys the rule.
var changeFields = []struct {
	name, rule string
	set        func(c *RunChange, value any) bool
}{
	{"note", fmt.Sprintf("must be text of up to %d bytes", MaxNote), func(c *RunChange, value any) bool {
		note, ok := value.(string)
		c.Note = &note
		return ok && len(note) <= MaxNote
	}},
	{"baseline", "must be true or false", func(c *RunChange, value any) bool {
		mark, ok := value.(bool)
		c.Baseline = &mark
		return ok
	}},
	{"keep_baselines", "must be true or false", func(c *RunChange, value any) (ok bool) {
		c.KeepBaselines, ok = value.(bool)
		return ok
	}},
}

// DecodeChange decodes a change from JSON. The error is an *InvalidError that
// names every wrong field.
func DecodeChange(data []byte) (RunChange, error) {
	object, err := param.DecodeObject(data)
	if err != nil {
		return RunChange{}, err
	}
	var found param.Problems
	var change RunChange
	var names []string
	for _, field := range changeFields {
		names = append(names, field.name)
		if value, given := object[field.name]; given && !field.set(&change, value) {
			found.Add(field.name, "%s", field.rule)
		}
	}
	param.RejectUnknown(object, "", names, &found)
	return change, found.Err()
}

// MaxNote is the maximum length of a run's note in bytes.
const MaxNote = 10_000

// A Retention limits the history. The zero value of a field sets no limit.
// Baselines and unfinished runs are always kept.
type Retention struct {
	Age   time.Duration // since the run was created
	Runs  int64         // number of runs
	Bytes int64         // size of the runs in the store
}

// A Submission identifies the server and the request that a run comes from.
type Submission struct {
	Owner string // the server that executes the run
	Key   string // the client's idempotency key; "" for none
	Body  string // a digest of the request's body, to detect another body with the same key

	// Detached means that another server may begin the run if this one dies before
	// it does: the client does not stay connected until the run ends, and this
	// server stores that a run begins before it does.
	Detached bool
}
