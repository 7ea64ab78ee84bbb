package live

// MinWidth is the least width that the view takes; narrower terminals get plain
// lines.
const MinWidth = 60

const (
	label     = 11 // cells of the first column
	twoCharts = 76 // the least width for two charts beside each other
	maxRows   = 12 // of a chart
	goodRows  = 6  // so many are worth the empty lines
	minRows   = 3
)

// Lines returns the view of a run, for a terminal of a width of at least
// MinWidth and of any height. No line is longer than the width, and there are
// fewer lines than the height: the cursor has the last one. Where they do not
// all fit, the empty lines go first, then the charts, then thresholds and scenarios.
func Lines(s State, width, height int) []Line {
	rows := max(height-1, 1)
	lines, whole := s.lines(width, rows, 1)
	if !whole {
		lines, _ = s.lines(width, rows, 0)
	}
	return lines
}

// lines lays the view out in at most the given number of rows, with a gap
// between two blocks. whole is whether all blocks are in it.
func (s *State) lines(width, rows, gap int) (lines []Line, whole bool) {
	blocks, foot := [][]Line{s.head(width), s.rates(width), s.jobs(width)}, s.foot(width)
	left := rows - len(foot)
	for _, block := range blocks {
		left -= len(block) + gap
	}
	scenarios := s.scenarios(width, left)
	left -= len(scenarios) + min(len(scenarios), gap)
	thresholds := s.thresholds(width, left)
	left -= len(thresholds) + gap
	charts := s.charts(width, left)
	for i, block := range append(blocks, scenarios, thresholds, charts) {
		if i > 0 && len(block) > 0 {
			lines = append(lines, make([]Line, gap)...)
		}
		lines = append(lines, block...)
	}
	so := s.soFar()
	whole = left >= 0 && len(scenarios) >= len(so.Scenarios) && len(thresholds) >= len(so.Thresholds) &&
		len(charts) >= min(len(so.Latency), goodRows)
	foot = append(make([]Line, gap), foot...)
	lines = append(lines[:min(len(lines), max(rows-len(foot), 0))], foot[:min(len(foot), rows)]...)
	for i, line := range lines {
		lines[i] = line.cut(width)
	}
	return lines, whole
}
