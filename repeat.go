package aurea

import (
	"encoding/json"
	"slices"

	"github.com/aurea-orchestrator/aurea/param"
)

// maxRepeat is the largest number of times that a spec is run.
const maxRepeat = 1000

// A Repeat says how many times a spec is run as a whole, one run after the other.
// Each is a run with a result of its own. What executes a run ignores it: the
// client makes the runs.
type Repeat struct {
	Times    int64    `json:"times"`
	Cooldown Duration `json:"cooldown,omitempty"` // wait between the runs
}

// CheckOnce returns an *InvalidError unless the spec is a single run.
func (s Spec) CheckOnce() error {
	if s.Repeat == nil || s.Repeat.Times == 1 {
		return nil
	}
	return param.Invalid("repeat", "is not possible here, where a spec is one run: leave it out and submit the "+
		"spec %d times, or use aurea run, which does so with --server", s.Repeat.Times)
}

// MarshalJSON encodes a repeat without cooldown as its number.
func (r Repeat) MarshalJSON() ([]byte, error) {
	if r.Cooldown == 0 {
		return json.Marshal(r.Times)
	}
	type object Repeat
	return json.Marshal(object(r))
}

// UnmarshalJSON decodes what MarshalJSON encodes.
func (r *Repeat) UnmarshalJSON(data []byte) error {
	object, err := param.DecodeObject(slices.Concat([]byte(`{"repeat":`), data, []byte("}")))
	if err != nil {
		return err
	}
	var found param.Problems
	*r = parseRepeat("repeat", object["repeat"], &found)
	return found.Err()
}

var repeatTimes = param.Parameter{Name: "times", Type: param.Integer, Min: 1, Max: maxRepeat, Required: true,
	Doc: "how many runs"}

// repeats declares the forms of a repeat.
var repeats = []param.Parameter{
	{Type: param.Integer, Min: 1, Max: maxRepeat, Doc: "how many runs"},
	{Type: param.Object, Doc: "how many runs, and the wait between them", Members: []param.Parameter{repeatTimes,
		{Name: "cooldown", Type: param.Duration, Max: MaxJobDuration.Seconds(), Doc: "wait between two runs"}}},
}

// readRepeat reads the repeat of a spec.
func readRepeat(s *Spec, p param.Parameter, value any, found *param.Problems) {
	repeat := parseRepeat(p.Name, value, found)
	s.Repeat = &repeat
}

// parseRepeat reads a decoded JSON value, which it finds at a location.
func parseRepeat(location string, value any, found *param.Problems) Repeat {
	switch value.(type) {
	case json.Number:
		if times, err := repeatTimes.Parse(value); err == nil {
			return Repeat{Times: times.(int64)}
		}
	case map[string]any:
		values := param.ReadGiven(repeats[1].Members, value, location, found)
		times, _ := values["times"].(int64)
		return Repeat{Times: times, Cooldown: Duration(values.Duration("cooldown"))}
	}
	found.Add(location, `must be a number of runs from 1 to %d, or an object such as {"times": 5, "cooldown": "2s"}; `+
		"got %s", maxRepeat, param.Describe(value))
	return Repeat{}
}
