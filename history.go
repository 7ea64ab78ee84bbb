package aurea

import (
	"fmt"
	"time"

	"github.com/aurea-orchestrator/aurea/param"
)

// A RunQuery selects runs of the history, newest first. The zero value of a
// field does not restrict.
type RunQuery struct {
	Limit    int    // at most so many; 0 is DefaultPage, the most is MaxPage
	Cursor   string // RunPage.NextCursor of the page before
	Statuses []Status
	Workload string            // the kind
	Name     string            // exactly
	Labels   map[string]string // all of them
	Since    time.Time         // created at or after
	Until    time.Time         // created before
	Baseline bool              // only those marked as a baseline
}

// The sizes of a page of runs.
const (
	DefaultPage = 50
	MaxPage     = 200
)

// A RunPage is one page of a list of runs.
type RunPage struct {
	Runs       []ListedRun `json:"runs"`
	NextCursor string      `json:"next_cursor"` // "" on the last page
}

// A RunChange is what may be changed of a run after it was submitted; nil
// leaves as it is.
type RunChange struct {
	Note     *string `json:"note,omitempty"`     // up to MaxNote bytes
	Baseline *bool   `json:"baseline,omitempty"` // at most one run of a name is its baseline: marking one unmarks the other
}

// changes are what may be changed, and what each must be.
var changes = []struct {
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
}

// DecodeChange reads a change as JSON. Any error is an ErrInvalid that names
// every member that is wrong.
func DecodeChange(data []byte) (RunChange, error) {
	object, err := param.DecodeObject(data)
	if err != nil {
		return RunChange{}, err
	}
	var found param.Problems
	var change RunChange
	var names []string
	for _, c := range changes {
		names = append(names, c.name)
		if value, given := object[c.name]; given && !c.set(&change, value) {
			found.Add(c.name, "%s", c.rule)
		}
	}
	param.RejectUnknown(object, "", names, &found)
	return change, found.Err()
}

// MaxNote is the most bytes of a run's note.
const MaxNote = 10_000

// A Retention is how much of the history is kept; the zero value of a field
// does not restrict. Baselines and runs that have not finished stay.
type Retention struct {
	Age   time.Duration // since the run was created
	Runs  int64
	Bytes int64 // of what the runs occupy in the store
}

// A Submission is who submitted a run, and how to know it again.
type Submission struct {
	Owner string // the server that executes the run
	Key   string // the client's idempotency key; "" for none
	Body  string // a digest of the request's body, compared when the key comes again
}
