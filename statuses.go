package aurea

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/aurea-orchestrator/aurea/param"
)

// A StatusCount is how many answers had a status, such as 200.
type StatusCount struct {
	Status int
	Count  int64
}

// StatusCounts counts answers by their status, in the order in which each was first
// seen. There are few, so that a list is quicker than a map. It belongs to one
// goroutine at a time.
type StatusCounts []StatusCount

// Add counts n more answers of a status.
func (s *StatusCounts) Add(status int, n int64) {
	for i := range *s {
		if (*s)[i].Status == status {
			(*s)[i].Count += n
			return
		}
	}
	*s = append(*s, StatusCount{status, n})
}

// Merge adds the counts of other, which it leaves alone.
func (s *StatusCounts) Merge(other StatusCounts) {
	for _, counted := range other {
		s.Add(counted.Status, counted.Count)
	}
}

// named is the counts as a result has them, in the order of the statuses.
func (s StatusCounts) named() (named param.Named[int64]) {
	sorted := slices.SortedFunc(slices.Values(s), func(a, b StatusCount) int { return cmp.Compare(a.Status, b.Status) })
	for _, counted := range sorted {
		named = append(named, param.NamedValue[int64]{Name: strconv.Itoa(counted.Status), Value: counted.Count})
	}
	return named
}
