package search

import (
	"maps"
	"math"
	"slices"
)

// A bracket encloses the highest load that holds, between a load that held and one
// that failed, by the runs so far. It decides which load to run next. It is a pure
// value: it runs nothing.
//
// It doubles the load from the lowest one until one fails, and then bisects
// geometrically. A run may err, so a load is decided by two runs of three. Only
// the two loads that the answer names are run again: if the second runs refute the
// first, the bracket moves and the search goes on.
type bracket struct {
	from, to  float64
	precision float64 // the greatest share between the two loads at the end
	whole     bool    // loads are whole numbers
	votes     map[float64]votes
}

// votes are how many runs of a load held, and how many failed.
type votes struct{ held, failed int }

// decided reports whether another run could not change the verdict.
func (v votes) decided() bool { return max(v.held, v.failed) >= 2 }

// holds is the verdict by the runs so far; a tie is none to rely on.
func (v votes) holds() bool { return v.held > v.failed }

func newBracket(from, to, precision float64, whole bool) *bracket {
	return &bracket{from: from, to: to, precision: precision, whole: whole, votes: map[float64]votes{}}
}

// add adds the verdict of a run.
func (b *bracket) add(load float64, holds bool) {
	v := b.votes[load]
	if holds {
		v.held++
	} else {
		v.failed++
	}
	b.votes[load] = v
}

// ends returns the lowest load that fails, and the highest one below it that
// holds; 0 stands for none.
func (b *bracket) ends() (good, bad float64) {
	for _, load := range slices.Sorted(maps.Keys(b.votes)) {
		if !b.votes[load].holds() {
			return good, load
		}
		good = load
	}
	return good, 0
}

// next returns the load to run next; ok is false if the search is over.
func (b *bracket) next() (load float64, ok bool) {
	for load, v := range b.votes {
		if v.held == v.failed {
			return load, true // there is one at most: no other load is run before it is decided
		}
	}
	good, bad := b.ends()
	switch {
	case len(b.votes) == 0:
		return b.from, true
	case good == 0:
		return bad, !b.votes[bad].decided() // bad is the lowest load
	case bad == 0 && good < b.to:
		return min(b.round(2*good), b.to), true
	case bad == 0:
		return good, !b.votes[good].decided()
	case !b.narrow(good, bad):
		return b.between(good, bad), true
	}
	for _, end := range []float64{good, bad} {
		if !b.votes[end].decided() {
			return end, true
		}
	}
	return 0, false
}

// narrow reports whether there is no load to run between the two ends.
func (b *bracket) narrow(good, bad float64) bool {
	middle := b.between(good, bad)
	return bad/good <= 1+b.precision || middle <= good || middle >= bad
}

// between returns the geometric mean of two loads; of whole numbers one that is
// between them, unless there is none.
func (b *bracket) between(low, high float64) float64 {
	mean := b.round(math.Sqrt(low * high))
	if b.whole {
		return min(max(mean, low+1), high-1)
	}
	return mean
}

// round rounds a load for people: to a whole number, or to four digits.
func (b *bracket) round(load float64) float64 {
	if b.whole {
		return math.Round(load)
	}
	digit := math.Pow(10, 3-math.Floor(math.Log10(load)))
	return math.Round(load*digit) / digit
}
