package aurea

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/aurea-orchestrator/aurea/param"
)

// A StatusCount is the number of responses with a status, such as 200.
type StatusCount struct {
	Status int
	Count  int64
}

// StatusCounts counts responses by status, in order of appearance. There are few
// statuses, so a list is faster than a map. It belongs to one goroutine at a
// time.
type StatusCounts []StatusCount

// Add counts n responses with a status.
func (s *StatusCounts) Add(status int, n int64) {
	for i := range *s {
		if (*s)[i].Status == status {
			(*s)[i].Count += n
			return
		}
	}
	*s = append(*s, StatusCount{status, n})
}

// Merge adds the counts of other. It does not change other.
func (s *StatusCounts) Merge(other StatusCounts) {
	for _, counted := range other {
		s.Add(counted.Status, counted.Count)
	}
}

// named returns the counts for a result, in the order of the statuses.
func (s StatusCounts) named() (named param.Named[int64]) {
	sorted := slices.SortedFunc(slices.Values(s), func(a, b StatusCount) int { return cmp.Compare(a.Status, b.Status) })
	for _, counted := range sorted {
		named = append(named, param.NamedValue[int64]{Name: strconv.Itoa(counted.Status), Value: counted.Count})
	}
	return named
}
