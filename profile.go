package aurea

import (
	"math"
	"time"
)

// A Profile is a level that changes over time in linear ramps: a rate in jobs a
// second, or a concurrency. Levels and times are exact functions, not steps
// that add up: however long a ramp, the n-th job of a rate has one intended
// start, whoever computes it.
type Profile []Ramp

// A Ramp is one piece of a profile: from one level to another in a time, which
// starts where the ramp before it ended.
type Ramp struct {
	From     float64 `json:"from"`
	To       float64 `json:"to"`
	Duration float64 `json:"duration"` // seconds; 0 for a level that stays for good
}

// Constant is the profile of a level that stays.
func Constant(level float64) Profile {
	return Profile{{From: level, To: level}}
}

// Then is the profile as it is up to t seconds, and a level that stays from then
// on. Up to t nothing of it changes, so neither does what was reached by then.
func (p Profile) Then(t, level float64) Profile {
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

// Length is how long the profile lasts, in seconds; +Inf when its last level
// stays.
func (p Profile) Length() float64 {
	var length float64
	for _, ramp := range p {
		length += ramp.length()
	}
	return length
}

// Peak is the highest level.
func (p Profile) Peak() float64 {
	var peak float64
	for _, ramp := range p {
		peak = max(peak, ramp.From, ramp.To)
	}
	return peak
}

func (r Ramp) length() float64 {
	if r.Duration == 0 {
		return math.Inf(1)
	}
	return r.Duration
}

// slope is by how much the level rises in a second.
func (r Ramp) slope() float64 {
	if r.From == r.To {
		return 0
	}
	return (r.To - r.From) / r.Duration
}

// area is the integral of the level over the first t seconds of the ramp.
func (r Ramp) area(t float64) float64 { return t * (r.From + r.slope()*t/2) }

// At is the level at t seconds; 0 beyond the end.
func (p Profile) At(t float64) float64 {
	for _, ramp := range p {
		if t < ramp.length() {
			return ramp.From + ramp.slope()*t
		}
		t -= ramp.Duration
	}
	return 0
}

// Area is the integral of the level from 0 to t seconds: of a rate, how many
// jobs are due by then.
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

// Reach is when the integral exceeds area, in seconds: the inverse of Area. It
// is +Inf when it never does.
func (p Profile) Reach(area float64) float64 {
	var t float64
	for _, ramp := range p {
		if ramp.Duration == 0 {
			return t + ramp.reach(area)
		}
		if whole := ramp.area(ramp.Duration); area >= whole {
			area -= whole
			t += ramp.Duration
			continue
		}
		return t + ramp.reach(area)
	}
	return math.Inf(1)
}

// reach solves From·t + slope·t²/2 = area for t. The usual formula subtracts
// nearly equal numbers when the slope is small; this form of it adds. The level
// at t is the root of From² + 2·slope·area, whose terms may be too small to be
// told from zero, so they are not made.
func (r Ramp) reach(area float64) float64 {
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

// Rise is the next moment after t, in seconds, at which the level may reach a
// whole number that it was below: where a rising ramp does, or where a ramp
// ends. It is +Inf when there is none.
func (p Profile) Rise(t float64) float64 {
	var start float64
	for _, ramp := range p {
		end := start + ramp.length()
		if t < end {
			return min(start+ramp.rise(t-start), end)
		}
		start = end
	}
	return math.Inf(1)
}

// rise is when, after t seconds, a rising ramp reaches the next whole number.
func (r Ramp) rise(t float64) float64 {
	slope := r.slope()
	if slope <= 0 {
		return math.Inf(1)
	}
	return (math.Floor(r.From+slope*t) + 1 - r.From) / slope
}

// secondsToDuration turns a number of seconds into a duration; beyond what one can hold
// it is the longest there is.
func secondsToDuration(s float64) time.Duration {
	if s >= math.MaxInt64/1e9 {
		return math.MaxInt64
	}
	return time.Duration(s * 1e9)
}
