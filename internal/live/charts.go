package live

import (
	"cmp"
	"slices"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/format"
)

// charts returns the histogram of latencies and where the time goes, beside
// each other or, in a narrow terminal, one below the other. Nothing if there is
// no room.
func (s *State) charts(width, rows int) []Line {
	if width >= twoCharts {
		return beside(s.histogram(width/2-1, rows), s.time(width-width/2-1, rows), width/2+1)
	}
	parts := min(len(s.spent()), maxRows/2) + 2 // with its title and an empty line
	lines := s.histogram(width, max(rows-parts, min(rows, maxRows/2)))
	below := s.time(width, rows-len(lines)-1)
	if len(lines) > 0 && len(below) > 0 {
		lines = append(lines, nil)
	}
	return append(lines, below...)
}

// beside joins two blocks, the second from a column on.
func beside(left, right []Line, column int) (lines []Line) {
	for i := range max(len(left), len(right)) {
		var line Line
		if i < len(left) {
			line = append(line, left[i]...)
		}
		if i < len(right) {
			line = append(line.to(column), right[i]...)
		}
		lines = append(lines, line)
	}
	return lines
}

// histogram draws the latencies of jobs that ended ok, in at most the given
// number of rows.
func (s *State) histogram(width, rows int) []Line {
	buckets := s.soFar().Latency
	rows = min(rows-1, maxRows)
	if len(buckets) == 0 || rows < minRows {
		return nil
	}
	for len(buckets) > rows { // two neighbours become one
		merged := buckets[len(buckets)%2:]
		half := buckets[: len(buckets)%2 : len(buckets)%2]
		for i := 0; i+1 < len(merged); i += 2 {
			b := merged[i+1]
			b.Count += merged[i].Count
			half = append(half, b)
		}
		buckets = half
	}
	most := int64(1)
	for _, b := range buckets {
		most = max(most, b.Count)
	}
	counts := cells(format.Count(float64(most)))
	lines := []Line{{{" latency", Faint}}}
	for _, b := range buckets {
		bar := format.Bar(float64(b.Count)/float64(most), width-label-counts-3)
		lines = append(lines, Line{
			{format.PadLeft(format.BriefSampled(true, b.UpTo), label-1) + " ", Plain}, {bar + " ", Cyan},
			{format.Count(float64(b.Count)), Faint},
		})
	}
	return lines
}

// time draws where the time of the jobs goes, in at most the given number of
// rows.
func (s *State) time(width, rows int) []Line {
	parts := s.spent()
	rows = min(rows-1, maxRows)
	if len(parts) == 0 || rows < min(len(parts), minRows) {
		return nil
	}
	names := 0
	for _, part := range parts {
		names = max(names, min(cells(format.Sanitize(part.Name)), width/2))
	}
	lines := []Line{{{" where the time goes", Faint}, {"  share, mean", Faint}}}
	for _, part := range parts[:min(len(parts), rows)] {
		mean := format.BriefSampled(true, part.Mean)
		room := max(width-names-cells(" 100%")-cells(mean)-5, 0)
		lines = append(lines, Line{
			{" " + format.Pad(format.ClipMiddle(part.Name, max(names, 1)), names), Plain},
			{format.PadLeft(percent(part.Share), 6) + " ", Plain}, {format.Bar(part.Share, room) + " ", Yellow}, {mean, Faint},
		})
	}
	return lines
}

// spent returns what takes the time of the jobs, the most first, without what
// takes next to nothing.
func (s *State) spent() (spent []aurea.TimeSoFar) {
	const least = 0.0005
	for _, part := range s.soFar().Time {
		if part.Share >= least {
			spent = append(spent, part)
		}
	}
	slices.SortStableFunc(spent, func(a, b aurea.TimeSoFar) int { return cmp.Compare(b.Share, a.Share) })
	return spent
}
