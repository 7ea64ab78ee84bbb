package aurea

import (
	"fmt"

	"github.com/aurea-orchestrator/aurea/param"
)

// A Control is something to be done to a run while it runs. It is a plain
// value: whoever executes shards of the run gets the same one.
type Control struct {
	Kind        string  `json:"kind"`
	Rate        float64 `json:"rate,omitempty"`        // of ChangeLoad: jobs a second from now on; 0 leaves it
	Concurrency int64   `json:"concurrency,omitempty"` // of ChangeLoad: most jobs in flight from now on; 0 leaves it
}

// The kinds of control, which are those of the events that they make.
const (
	Pause      = "pause"  // start no more jobs; those in flight go on to their end
	Resume     = "resume" // go on where the pause began
	ChangeLoad = "load"   // another rate, another concurrency, or both
)

// A Command is a control on its way to the execution that it is for. Answer is
// called once, with the event that the control has made or why there is none,
// from any goroutine; it must not block.
type Command struct {
	Control Control
	Answer  func(RunEvent, error)
}

// Control reports whether a run of the plan could ever be controlled so: nil,
// an *InvalidError about a number, or an ErrConflict where the plan has not what
// would be changed. LivePlan.Apply also knows what state the run is in.
func (p Plan) Control(c Control) error {
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
		return fmt.Errorf("%w: the run starts a job when another has ended and has no rate; change its concurrency", ErrConflict)
	}
	return nil
}

// LoadParameters declares what a new load is made of.
func LoadParameters() []param.Parameter { return loadParameters }

var loadParameters = []param.Parameter{
	{Name: "rate", Type: param.Number, Min: minRate, Max: maxRate, Doc: "jobs started a second from now on, of a run with a rate"},
	{Name: "concurrency", Type: param.Integer, Min: 1, Max: MaxJobs, Doc: "most jobs in flight from now on"},
}

// DecodeLoad reads the new load of a run from JSON, an object with a rate, a
// concurrency, or both. The error is an *InvalidError that names every wrong
// field.
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
