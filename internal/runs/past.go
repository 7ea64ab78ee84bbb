package runs

import "github.com/aurea-orchestrator/aurea"

// A past is the progress of a run since its start, for watchers that come late
// or read slowly: at most as many intervals as a result's series has points. In
// a long run an interval is several that were merged; its counts are exact, and
// its quantiles are those of all their jobs. The zero value is empty. The
// manager's lock guards it.
type past struct {
	series   aurea.Series
	reduced  []aurea.RunProgress // one for each point of the series
	progress []aurea.RunProgress // oldest first; never changed, so watchers may read it without the lock
}

// add adds the next interval, which is p with its totals. The newest progress
// keeps all of it; the others keep what a chart needs.
func (h *past) add(total aurea.RunProgress, p aurea.Progress) {
	h.series.Add(p)
	before := append(h.reduced, reduced(total))
	points := h.series.Points()
	h.reduced = make([]aurea.RunProgress, len(points))
	for i, point := range points {
		for before[0].Elapsed < point.T {
			before = before[1:] // it is a part of the next one now
		}
		h.reduced[i] = withRates(before[0], point)
	}
	h.progress = append(h.reduced[:len(points)-1:len(points)-1], total)
}

// reduced returns the progress with what a chart needs of the run so far.
func reduced(p aurea.RunProgress) aurea.RunProgress {
	if s := p.SoFar; s != nil {
		p.SoFar = &aurea.SoFar{
			Seed: s.Seed, Target: s.Target, Limit: s.Limit, Dropped: s.Dropped, DelayP99: s.DelayP99,
		}
	}
	return p
}

// withRates returns the progress with the rates of a point that ends with it.
// If they differ, so does the pointer to the run so far: equal pointers mean
// equal progress.
func withRates(p aurea.RunProgress, point aurea.Point) aurea.RunProgress {
	if p.Throughput == point.Throughput && p.P50 == point.P50 && p.P90 == point.P90 && p.P99 == point.P99 {
		return p
	}
	p.Throughput, p.P50, p.P90, p.P99 = point.Throughput, point.P50, point.P90, point.P99
	if p.SoFar != nil {
		p.SoFar = new(*p.SoFar)
	}
	return p
}
