package cluster

import (
	"slices"

	"github.com/aurea-orchestrator/aurea"
)

// soFarOf returns the binary form of a breakdown for a report; nil if there is
// none, or if it is too large.
func soFarOf(b *aurea.Breakdown) []byte {
	if b == nil {
		return nil
	}
	data := b.AppendBinary(nil)
	if len(data) > maxSoFar {
		return nil
	}
	return slices.Clip(data)
}

// foldSoFar returns the books' breakdown so far with the report.
func (b *Books) foldSoFar(r *Report) (*aurea.Breakdown, error) {
	if len(r.SoFar) == 0 {
		return b.soFar, nil
	}
	return decodeBreakdown(r.SoFar, b.metrics)
}

// BreakdownSoFar returns what the jobs reported by the latest report; nil if that
// is unknown.
func (b *Books) BreakdownSoFar() *aurea.Breakdown {
	if b.breakdown != nil {
		return b.breakdown
	}
	return b.soFar
}

// withSoFar returns observe for progress without a breakdown: it adds the one of
// all shards so far.
func (c *coordination) withSoFar(observe func(aurea.Progress)) func(aurea.Progress) {
	sum := aurea.NewBreakdown(c.metrics)
	return func(p aurea.Progress) {
		if sum.Reset(); c.addSoFar(sum) {
			p.Breakdown = sum
		}
		observe(p)
	}
}

// addSoFar adds the breakdowns of all shards that have reported. It returns false
// if one of them is unknown.
func (c *coordination) addSoFar(sum *aurea.Breakdown) (known bool) {
	for _, m := range c.members {
		soFar := m.Books.BreakdownSoFar()
		switch {
		case m.Books.Reports() == 0:
		case soFar == nil:
			return false
		default:
			sum.Merge(soFar)
			known = true
		}
	}
	return known
}
