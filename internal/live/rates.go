package live

import (
	"fmt"
	"math"

	"github.com/aurea-orchestrator/aurea/internal/format"
)

// rates returns a row for each figure of the last interval, with its sparkline.
func (s *State) rates(width int) []Line {
	so, last := s.soFar(), Point{}
	if n := len(s.History); n > 0 {
		last = s.History[n-1]
	}
	rate, inFlight := format.Count(round(last.Rate)), format.Count(float64(s.progress().InFlight))
	if so.Target > 0 {
		rate += " of " + format.Count(round(so.Target))
	}
	if so.Limit > 0 {
		inFlight += " of " + format.Count(float64(so.Limit))
	}
	if len(s.History) == 0 {
		rate, inFlight = format.NoValue, format.NoValue
	} else {
		rate += "/s"
	}
	row := func(name, value string, of func(Point) float64) Line {
		const values = 20
		room := min(width-label-values-3, maxHistory)
		return Line{
			{" " + format.Pad(name, label), Faint}, {format.Pad(value, values) + " ", Plain}, {spark(s.History, room, of), Cyan},
		}
	}
	sampled := func(of func(Point) float64) func(Point) float64 {
		return func(p Point) float64 {
			if !p.Ended {
				return math.NaN()
			}
			return of(p)
		}
	}
	p50, p99 := func(p Point) float64 { return p.P50 }, func(p Point) float64 { return p.P99 }
	delay := func(p Point) float64 { return p.DelayP99 }
	return []Line{
		row("rate", rate, func(p Point) float64 { return p.Rate }),
		row("in flight", inFlight, func(p Point) float64 { return p.InFlight }),
		row("p50", format.BriefSampled(last.Ended, last.P50), sampled(p50)),
		row("p99", format.BriefSampled(last.Ended, last.P99), sampled(p99)),
		row("delay p99", format.BriefSampled(last.Ended, last.DelayP99), sampled(delay)),
	}
}

// round rounds a rate to what an interval can say about it.
func round(n float64) float64 {
	if n >= 100 {
		return math.Round(n)
	}
	return format.Round(n, 3)
}

// spark returns the last values as a sparkline. A value that is not a number
// leaves a gap.
func spark(history []Point, width int, of func(Point) float64) string {
	history = history[max(len(history)-max(width, 0), 0):]
	values := make([]float64, len(history))
	for i, p := range history {
		values[i] = of(p)
	}
	return format.Sparkline(values)
}

// percent formats a share.
func percent(share float64) string { return fmt.Sprintf("%s%%", format.Significant(100*share, 2)) }
