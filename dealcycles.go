package aurea

import (
	"cmp"
	"container/heap"
	"slices"
)

// EqualWeights returns the weights of n shards that are alike.
func EqualWeights(n int) []int { return slices.Repeat([]int{1}, n) }

// cycleOf returns the i-th of the cycles that dealCycles returns.
func cycleOf(i int, weights []int) Cycle {
	for _, w := range weights {
		if w != weights[0] {
			return dealCycles(weights)[i]
		}
	}
	return Cycle{Length: int64(len(weights)), Offsets: []int64{int64(i)}}
}

// dealCycles deals the items of a cycle to receivers by their weights, and
// interleaves them: of the first n items, for every n, a receiver with the share
// s of the weights has n·s, rounded up or down. Equal weights deal in turn.
//
// The method is the scheduling of periodic tasks on one processor. A receiver's
// j-th item must be one from ⌊j/s⌋ to ⌈(j+1)/s⌉-1, and of those possible the one
// with the earliest deadline is next; of several, the one with the earliest
// middle (Baruah, Cohen, Plaxton and Varvel, "Proportionate progress: a notion
// of fairness in resource allocation", Algorithmica 15, 1996).
func dealCycles(weights []int) []Cycle {
	weights, sum := reduced(weights)
	var claims []claim
	for receiver, w := range weights {
		for j := range w {
			claims = append(claims, claim{
				from: j * sum / w, until: ((j+1)*sum + w - 1) / w, middle: float64(2*j+1) / float64(w), receiver: receiver,
			})
		}
	}
	slices.SortFunc(claims, func(a, b claim) int { return cmp.Compare(a.from, b.from) })
	cycles := make([]Cycle, len(weights))
	var open claimQueue
	for item := range sum {
		for ; len(claims) > 0 && claims[0].from <= item; claims = claims[1:] {
			heap.Push(&open, claims[0])
		}
		c := &cycles[heap.Pop(&open).(claim).receiver]
		c.Length, c.Offsets = int64(sum), append(c.Offsets, int64(item))
	}
	return cycles
}

// maxCycle is the largest sum of weights. Larger ones are rounded, for the sake of
// the time and memory that dealing takes.
const maxCycle = 1 << 18

// reduced returns the smallest weights of the same ratios, and their sum. If the
// sum is too large, the ratios are rounded.
func reduced(weights []int) (smallest []int, sum int) {
	common := 0
	for _, w := range weights {
		for a := w; a > 0; {
			common, a = a, common%a
		}
	}
	for _, w := range weights {
		smallest = append(smallest, w/common)
		sum += w / common
	}
	if sum <= maxCycle || sum == len(weights) {
		return smallest, sum
	}
	for i, w := range smallest {
		smallest[i] = (w + 1) / 2
	}
	return reduced(smallest)
}

// A claim is a receiver's right to one item, from an item on and before another.
type claim struct {
	from, until, receiver int
	middle                float64 // of the exact times, in halves of a cycle
}

// A claimQueue is a heap of claims, the most urgent first.
type claimQueue []claim

func (q claimQueue) Len() int      { return len(q) }
func (q claimQueue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *claimQueue) Push(c any)   { *q = append(*q, c.(claim)) }

func (q claimQueue) Less(i, j int) bool {
	a, b := q[i], q[j]
	return cmp.Or(cmp.Compare(a.until, b.until), cmp.Compare(a.middle, b.middle), cmp.Compare(a.receiver, b.receiver)) < 0
}

func (q *claimQueue) Pop() any {
	last := (*q)[len(*q)-1]
	*q = (*q)[:len(*q)-1]
	return last
}
