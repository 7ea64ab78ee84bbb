package aurea

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// profiles draws ramps, up, down and level, with or without an end.
func profiles() *rapid.Generator[Profile] {
	return rapid.Custom(func(t *rapid.T) Profile {
		level := rapid.Float64Range(0, 1000).Draw(t, "from")
		var p Profile
		for range rapid.IntRange(1, 5).Draw(t, "ramps") {
			to := rapid.OneOf(rapid.Just(level), rapid.Just(0.0), rapid.Float64Range(0, 1000)).Draw(t, "to")
			p = append(p, Ramp{From: level, To: to, Duration: rapid.Float64Range(0.01, 100).Draw(t, "duration")})
			level = to
		}
		if level > 1 && rapid.Bool().Draw(t, "stays") {
			p = append(p, Ramp{From: level, To: level})
		}
		return p
	})
}

func near(a, b float64) bool { return math.Abs(a-b) <= 1e-9*(1+math.Abs(a)+math.Abs(b)) }

// Law: InverseArea is the inverse of Area, and both are monotonic.
func TestInverseArea(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := profiles().Draw(t, "profile")
		area := rapid.Float64Range(0, 1e5).Draw(t, "area")
		at := p.InverseArea(area)
		if math.IsInf(at, 1) {
			if whole := p.Area(p.Length()); area < whole {
				t.Fatalf("InverseArea(%v) is infinite; the whole area is %v", area, whole)
			}
			return
		}
		if got := p.Area(at); !near(got, area) {
			t.Fatalf("the area at %v is %v, want %v", at, got, area)
		}
		if more := p.InverseArea(area + 1); more < at {
			t.Fatalf("InverseArea(%v) is %v, and %v for one more", area, at, more)
		}
	})
}

// Levels whose squares underflow to 0 still have an inverse area.
func TestInverseAreaOfLevelsNearZero(t *testing.T) {
	p := Profile{{From: 2.6e-259, To: 4.7e-66, Duration: 0.0625}, {From: 4.7e-66, To: 1, Duration: 1}}
	const area = 1e-260
	if at, want := p.InverseArea(area), math.Sqrt(2*area*0.0625/4.7e-66); math.Abs(at/want-1) > 1e-9 {
		t.Errorf("InverseArea(%v) is %v s, want %v s", area, at, want)
	}
}

// Law: the area is the integral of the level by Simpson's rule on each ramp, which
// is exact for lines.
func TestAreaIsTheIntegralOfTheLevel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := profiles().Draw(t, "profile")
		var start, sum float64
		for _, ramp := range p {
			if ramp.Duration == 0 {
				break
			}
			end := start + ramp.Duration
			inside := end - 1e-9*ramp.Duration // at the end the next ramp begins
			sum += ramp.Duration / 6 * (p.At(start) + 4*p.At((start+end)/2) + p.At(inside))
			start = end
			if got := p.Area(end); math.Abs(got-sum) > 1e-6*(1+sum) {
				t.Fatalf("area %v at %v, want %v", got, end, sum)
			}
		}
	})
}

// Common ramps have their closed forms.
func TestRampsMatchTheClosedForm(t *testing.T) {
	up := Profile{{From: 0, To: 100, Duration: 10}} // area 5t²
	down := Profile{{From: 100, To: 0, Duration: 10}}
	flat := Constant(50)
	tests := []struct {
		name      string
		got, want float64
	}{
		{name: "up, job 5", got: up.InverseArea(5), want: 1},
		{name: "up, job 20", got: up.InverseArea(20), want: 2},
		{name: "up, job 499", got: up.InverseArea(499), want: math.Sqrt(499.0 / 5)},
		{name: "up, beyond", got: up.InverseArea(500), want: math.Inf(1)},
		{name: "down, job 95", got: down.InverseArea(95), want: 1},
		{name: "down, beyond", got: down.InverseArea(501), want: math.Inf(1)},
		{name: "flat, job 0", got: flat.InverseArea(0), want: 0},
		{name: "flat, job 1e7", got: flat.InverseArea(1e7), want: 2e5},
		{name: "level up", got: up.At(3), want: 30},
		{name: "level beyond", got: up.At(10), want: 0},
		{name: "length", got: append(up, down...).Length(), want: 20},
		{name: "peak", got: append(up, down...).Peak(), want: 100},
	}
	for _, test := range tests {
		if test.got != test.want && !near(test.got, test.want) {
			t.Errorf("%s: %v, want %v", test.name, test.got, test.want)
		}
	}
}

func TestNextRise(t *testing.T) {
	p := Profile{{From: 0, To: 4, Duration: 2}, {From: 4, To: 2, Duration: 1}, {From: 2, To: 2, Duration: 5}}
	for _, test := range []struct{ after, want float64 }{
		{0, 0.5}, {0.4, 0.5}, {0.5, 1}, {1.6, 2}, {2, 3}, {2.5, 3}, {3, 8}, {8, math.Inf(1)},
	} {
		if got := p.NextRise(test.after); got != test.want {
			t.Errorf("NextRise(%v) is %v, want %v", test.after, got, test.want)
		}
	}
}
