package aurea

import (
	"encoding/json"
	"fmt"
	"sort"
	"strconv"
	"strings"

	"github.com/aurea-orchestrator/aurea/param"
)

// A Replay starts jobs at recorded moments: job i uses row i of the data, and
// starts at the moment in one of the row's columns.
type Replay struct {
	Column string  `json:"column"` // of the moments, in seconds since the recording began
	Speed  float64 `json:"speed"`  // how many times faster than the recording; above 0
}

// DefaultReplayColumn is the column of the moments if the spec does not name it.
const DefaultReplayColumn = "at"

// The limits of a Replay's speed.
const (
	minSpeed = 0.001
	maxSpeed = 1000
)

// speeds declares the forms of a speed.
var speeds = []param.Parameter{
	{Type: param.Number, Min: minSpeed, Max: maxSpeed, Doc: "how many times faster than the recording"},
	{Type: param.Text, Max: 20, Doc: "the same, such as 2x"},
}

var replayParameters = []param.Parameter{
	{Name: "column", Type: param.Text, Max: maxText, Default: DefaultReplayColumn,
		Doc: "the column of the moments, in seconds since the recording began"},
	{Name: "speed", Type: param.OneOf, Alternatives: speeds,
		Doc: "how many times faster than the recording, such as 2x; 1 unless given"},
}

// readReplay reads the replay of a spec.
func readReplay(s *Spec, p param.Parameter, value any, found *param.Problems) {
	values := param.ReadGiven(replayParameters, value, p.Name, found)
	s.Replay = &Replay{Column: DefaultReplayColumn, Speed: 1}
	if values.Has("column") {
		s.Replay.Column = values.Text("column")
	}
	switch speed := values["speed"].(type) {
	case float64:
		s.Replay.Speed = speed
	case string:
		number, isFactor := strings.CutSuffix(strings.TrimSpace(speed), "x")
		parsed, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
		if !isFactor || err != nil || !(parsed >= minSpeed && parsed <= maxSpeed) {
			found.Add(param.Join(p.Name, "speed"), "must be a factor from %vx to %dx, such as 2x or 0.5x; got %s",
				minSpeed, maxSpeed, param.Describe(speed))
			return
		}
		s.Replay.Speed = parsed
	}
}

// maxReplayRamps limits the ramps of a replay's rate. Due looks at all of them
// at worst, as it does for as many stages.
const maxReplayRamps = maxStages

// minRampJobs is how many jobs a ramp of a replay's rate has at least, so that the
// rate is one of several gaps.
const minRampJobs = 10

// Moments are when the jobs of a replay are due, as values of the integral of the
// plan's rate. They do not change, so copies of a plan share them. Plan.Replayed
// makes them.
type Moments struct {
	cumulative []float64 // of each job; not descending
	end        float64   // one mean gap after the last job
}

// Replayed returns the plan with jobs that start at the given moments, in seconds
// since the run begins. They do not descend. The plan keeps the slice and changes
// it. Without moments nothing is replayed.
//
// The plan's rate is that of the moments, in pieces of several jobs. A job is due
// when the integral of the rate reaches its value at the job's moment, which is
// the moment itself until the rate is changed during the run.
func (p Plan) Replayed(starts []float64) Plan {
	if len(starts) == 0 {
		return p
	}
	end := endOf(starts)
	p.Rate = rateOf(starts, end)
	m := &Moments{cumulative: starts}
	ramp, begin, before := 0, 0.0, 0.0 // the ramp of a moment, when it begins, and the integral by then
	cumulative := func(at float64) float64 {
		for ; ramp < len(p.Rate)-1 && at >= begin+p.Rate[ramp].Duration; ramp++ {
			before += p.Rate[ramp].area(p.Rate[ramp].Duration)
			begin += p.Rate[ramp].Duration
		}
		return before + p.Rate[ramp].area(at-begin)
	}
	for i, start := range starts {
		starts[i] = cumulative(start)
	}
	m.end = cumulative(end)
	p.Moments = m
	p.Jobs = min(p.Jobs, int64(len(starts)))
	p.Concurrency = min(p.Concurrency, p.Jobs)
	return p
}

// minTail is how long a replay lasts at least after its last moment, in seconds.
const minTail = 0.001

// endOf returns when a replay ends: one mean gap after its last moment.
func endOf(starts []float64) float64 {
	first, last := starts[0], starts[len(starts)-1]
	return last + max((last-first)/float64(max(len(starts)-1, 1)), minTail)
}

// rateOf returns the rate of jobs that start at the given moments. It is constant
// from one of some moments to the next, and does not end.
func rateOf(starts []float64, end float64) Profile {
	n := len(starts)
	each := max((n+maxReplayRamps-1)/maxReplayRamps, minRampJobs)
	after := func(moment float64) int { return sort.Search(n, func(i int) bool { return starts[i] > moment }) }
	var profile Profile
	begin, from := 0.0, 0 // of the ramp, and its first job
	for {
		// A ramp takes time, and jobs of one moment are in one ramp.
		to := min(max(from+each, after(begin)), n)
		if to+each > n {
			return append(profile, Constant(float64(n-from)/(end-begin))...)
		}
		next := starts[to]
		to = sort.SearchFloat64s(starts, next)
		rate := float64(to-from) / (next - begin)
		profile = append(profile, Ramp{From: rate, To: rate, Duration: next - begin})
		begin, from = next, to
	}
}

// of returns the value of the rate's integral at which a job is due; beyond the
// last job, at which the replay ends.
func (m *Moments) of(job int64) float64 {
	if job < int64(len(m.cumulative)) {
		return m.cumulative[job]
	}
	return m.end
}

// MarshalJSON encodes the replay with its speed as a factor, such as "2x".
func (r Replay) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Column string `json:"column"`
		Speed  string `json:"speed"`
	}{r.Column, r.SpeedText()})
}

// UnmarshalJSON decodes what MarshalJSON encodes.
func (r *Replay) UnmarshalJSON(data []byte) error {
	object, err := param.DecodeObject(data)
	if err != nil {
		return err
	}
	var spec Spec
	var found param.Problems
	readReplay(&spec, param.Parameter{Name: "replay"}, object, &found)
	*r = *spec.Replay
	return found.Err()
}

// SpeedText formats the speed as a factor, such as 2x.
func (r Replay) SpeedText() string { return fmt.Sprintf("%sx", param.FormatNumber(r.Speed)) }
