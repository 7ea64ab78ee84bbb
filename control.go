package aurea

import (
	"fmt"
	"time"

	"github.com/aurea-orchestrator/aurea/param"
)

// A Control pauses a running run, resumes it or changes its load. It is a plain
// value: every executor of a shard of the run gets the same one.
type Control struct {
	Kind        string  `json:"kind"`
	Rate        float64 `json:"rate,omitempty"`        // of ChangeLoad: the new rate in jobs a second; 0 for no change
	Concurrency int64   `json:"concurrency,omitempty"` // of ChangeLoad: the new maximum in flight; 0 for no change
}

// The kinds of control, and of the events that they cause.
const (
	Pause      = "pause"  // start no jobs; those in flight continue
	Resume     = "resume" // continue where the pause began
	ChangeLoad = "load"   // set a new rate, a new concurrency, or both
)

// A Command is a control sent to an execution. The execution calls Answer once,
// from any goroutine, with the event that the control caused or an error. Answer
// must not block.
type Command struct {
	Control Control
	At      time.Duration // when it takes effect, on the run's clock, also if that has passed; 0 for now
	Answer  func(RunEvent, error)
}

// Control checks whether a control is possible for a run of the plan, in any
// state. The error is an *InvalidError about a number out of range, or an
// ErrConflict if the plan lacks what the control would change. LivePlan.Apply
// also checks the state of the run.
func (p Plan) Control(c Control) error {
	if len(p.Scenarios) > 0 {
		return fmt.Errorf("%w: a run of scenarios can only be cancelled, as pauses and new loads are of one load",
			ErrConflict)
	}
	switch c.Kind {
	case Pause, Resume:
		return nil
	case ChangeLoad:
		return p.checkLoad(c)
	}
	return param.Invalid("kind", "must be pause, resume or load; got %s", param.Describe(c.Kind))
}

func (p Plan) checkLoad(c Control) error {
	var found param.Problems
	if c.Rate == 0 && c.Concurrency == 0 {
		found.Add("", "must have a rate, a concurrency, or both: what to change the load to")
	}
	if c.Rate != 0 && !(c.Rate > 0 && c.Rate <= maxRate) {
		found.Add("rate", "must be above 0 and up to %d, in jobs a second; got %v", maxRate, c.Rate)
	}
	if c.Concurrency < 0 || c.Concurrency > MaxJobs {
		found.Add("concurrency", "must be from 1 to %d; got %d", MaxJobs, c.Concurrency)
	}
	if err := found.Err(); err != nil {
		return err
	}
	if c.Rate != 0 && !p.Open() {
		return fmt.Errorf("%w: the run starts a job when another has ended and has no rate; change its concurrency",
			ErrConflict)
	}
	return nil
}

// LoadParameters declares the fields of a new load.
func LoadParameters() []param.Parameter { return loadParameters }

var loadParameters = []param.Parameter{
	{Name: "rate", Type: param.Number, Min: minRate, Max: maxRate,
		Doc: "jobs started a second from now on, of a run with a rate"},
	{Name: "concurrency", Type: param.Integer, Min: 1, Max: MaxJobs,
		Doc: "most jobs in flight from now on"},
}

// DecodeLoad decodes a new load from JSON: an object with a rate, a concurrency,
// or both. The error is an *InvalidError that names every wrong field.
func DecodeLoad(data []byte) (Control, error) {
	object, err := param.DecodeObject(data)
	if err != nil {
		return Control{}, err
	}
	var found param.Problems
	values := param.ReadGiven(loadParameters, object, "", &found)
	c := Control{Kind: ChangeLoad, Rate: values.Number("rate"), Concurrency: values.Integer("concurrency")}
	if len(values) == 0 && len(found) == 0 {
		found.Add("", "must have a rate, a concurrency, or both: what to change the load to")
	}
	return c, found.Err()
}
