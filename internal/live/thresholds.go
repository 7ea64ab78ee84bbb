package live

import (
	"fmt"
	"slices"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/format"
)

// thresholds returns a row for each threshold with its value so far, in at most
// the given number of rows. Those that fail come first if they do not all fit.
func (s *State) thresholds(width, rows int) (lines []Line) {
	checks := s.soFar().Thresholds
	if rows < 1 || len(checks) == 0 {
		return nil
	}
	more := 0
	if len(checks) > rows {
		checks = slices.Clone(checks)
		slices.SortStableFunc(checks, func(a, b aurea.ThresholdCheck) int { return severity(b) - severity(a) })
		more = len(checks) - (rows - 1)
		checks = checks[:rows-1]
	}
	longest := 0
	for _, check := range checks {
		longest = max(longest, min(cells(check.Expression), width-label-16))
	}
	for _, check := range checks {
		word, style := "pass", Green
		value := format.Value(check.Unit(), format.Round(check.Value, 3), s.spec().ResolvedPricing().Currency)
		switch {
		case check.NoData:
			word, style, value = "–", Faint, "no data yet"
		case !check.OK:
			word, style = "fail", Red
		}
		lines = append(lines, Line{
			{" " + format.Pad(word, label), style},
			{format.Pad(format.Clip(check.Expression, longest), longest), Plain}, {"  " + value, style},
		})
	}
	if more > 0 {
		lines = append(lines, Line{{" " + format.Pad("", label) + fmt.Sprintf("%d more", more), Faint}})
	}
	return lines
}

// severity orders thresholds: those that fail, those without data, those that
// pass.
func severity(check aurea.ThresholdCheck) int {
	switch {
	case check.OK:
		return 0
	case check.NoData:
		return 1
	}
	return 2
}
