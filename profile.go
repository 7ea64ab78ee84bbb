package aurea

import (
	"math"
	"time"
)

// A Profile is a level that changes over time in linear ramps: a rate in jobs a
// second, or a concurrency. Levels and times are exact functions rather than
// accumulated steps, so the n-th job of a rate has the same intended start on
// every machine, however long the ramp.
type Profile []Ramp

// A Ramp is one piece of a profile: a linear change from one level to another.
// It starts where the previous ramp ends.
type Ramp struct {
	From     float64 `json:"from"`
	To       float64 `json:"to"`
	Duration float64 `json:"duration"` // seconds; 0 for a level that never ends
}

// Constant returns the profile of a level that never changes.
func Constant(level float64) Profile {
	return Profile{{From: level, To: level}}
}

// HoldFrom returns the profile with a constant level from t seconds on. Up to t
// it is unchanged, and so is its area up to t.
func (p Profile) HoldFrom(t, level float64) Profile {
	var changed Profile
	for _, ramp := range p {
		if t <= 0 {
			break
		}
		if length := ramp.length(); t < length {
			ramp.To = ramp.From + ramp.slope()*t
			ramp.Duration = t
		}
		t -= ramp.Duration
		changed = append(changed, ramp)
	}
	return append(changed, Constant(level)...)
}

// Length returns the duration of the profile in seconds; +Inf when its last
// level never ends.
func (p Profile) Length() float64 {
	var length float64
	for _, ramp := range p {
		length += ramp.length()
	}
	return length
}

// Peak returns the highest level.
func (p Profile) Peak() float64 {
	var peak float64
	for _, ramp := range p {
		peak = max(peak, ramp.From, ramp.To)
	}
	return peak
}

// length returns the duration of the ramp in seconds; +Inf if it never ends.
func (r Ramp) length() float64 {
	if r.Duration == 0 {
		return math.Inf(1)
	}
	return r.Duration
}

// slope returns the change of the level a second.
func (r Ramp) slope() float64 {
	if r.From == r.To {
		return 0
	}
	return (r.To - r.From) / r.Duration
}

// area returns the integral of the level over the first t seconds of the ramp.
func (r Ramp) area(t float64) float64 { return t * (r.From + r.slope()*t/2) }

// At returns the level at t seconds; 0 beyond the end.
func (p Profile) At(t float64) float64 {
	for _, ramp := range p {
		if t < ramp.length() {
			return ramp.From + ramp.slope()*t
		}
		t -= ramp.Duration
	}
	return 0
}

// Area returns the integral of the level from 0 to t seconds. For a rate it is
// the number of jobs due by then.
func (p Profile) Area(t float64) float64 {
	var area float64
	for _, ramp := range p {
		if t <= ramp.length() {
			return area + ramp.area(t)
		}
		area += ramp.area(ramp.Duration)
		t -= ramp.Duration
	}
	return area
}

// InverseArea returns the time in seconds at which the integral exceeds area.
// It is +Inf when the integral never does.
func (p Profile) InverseArea(area float64) float64 {
	var t float64
	for i := range p {
		ramp := &p[i]
		if ramp.Duration == 0 {
			return t + ramp.inverseArea(area)
		}
		whole := ramp.From * ramp.Duration
		if ramp.From != ramp.To {
			whole = ramp.area(ramp.Duration)
		}
		if area < whole {
			return t + ramp.inverseArea(area)
		}
		area -= whole
		t += ramp.Duration
	}
	return math.Inf(1)
}

// inverseArea solves From·t + slope·t²/2 = area for t. The textbook formula
// subtracts nearly equal numbers when the slope is small; this form adds them.
// The level at t is the root of From² + 2·slope·area; these terms may
// underflow, so the code never computes them.
func (r Ramp) inverseArea(area float64) float64 {
	if area == 0 {
		return 0
	}
	change := math.Sqrt(2*math.Abs(r.slope())) * math.Sqrt(area)
	level := math.Hypot(r.From, change)
	if r.slope() < 0 {
		level = math.Sqrt(max(r.From-change, 0)) * math.Sqrt(r.From+change)
	}
	return 2 * area / (r.From + level)
}

// NextRise returns the next time after t, in seconds, at which the level may
// reach a whole number that it was below. That is on a rising ramp or where a
// ramp ends. It is +Inf when there is none.
func (p Profile) NextRise(t float64) float64 {
	var start float64
	for _, ramp := range p {
		end := start + ramp.length()
		if t < end {
			return min(start+ramp.nextRise(t-start), end)
		}
		start = end
	}
	return math.Inf(1)
}

// nextRise returns when, after t seconds, a rising ramp reaches the next whole
// number; +Inf if the ramp does not rise.
func (r Ramp) nextRise(t float64) float64 {
	slope := r.slope()
	if slope <= 0 {
		return math.Inf(1)
	}
	return (math.Floor(r.From+slope*t) + 1 - r.From) / slope
}

// secondsToDuration converts seconds to a duration. It returns the longest
// duration when s exceeds it.
func secondsToDuration(s float64) time.Duration {
	if s >= math.MaxInt64/1e9 {
		return math.MaxInt64
	}
	return time.Duration(s * 1e9)
}
