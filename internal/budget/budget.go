// Package budget limits the memory that requests hold together: request bodies
// that are still arriving, responses that have not been read yet.
//
// A handler reserves the bytes before it allocates something large and releases
// them afterwards. If the limit is reached, the request is refused with an
// explanation, so the kernel never has to kill the process. The memory of jobs
// has limits of its own, in the workload package.
package budget

import (
	"fmt"
	"sync/atomic"

	"github.com/aurea-orchestrator/aurea"
)

// A Budget counts the bytes held at present, up to a limit. The nil Budget has
// no limit. A Budget is safe for concurrent use.
type Budget struct {
	limit         int64
	held, refused atomic.Int64
}

// New returns a Budget of limit bytes.
func New(limit int64) *Budget { return &Budget{limit: limit} }

// Reserve adds n bytes for a purpose, such as "a request's body". Beyond the
// limit it adds nothing and returns an aurea.ErrUnavailable with the numbers.
func (b *Budget) Reserve(n int64, purpose string) error {
	if b == nil {
		return nil
	}
	held := b.held.Add(n)
	if held <= b.limit {
		return nil
	}
	b.held.Add(-n)
	b.refused.Add(1)
	return fmt.Errorf("%w: %s needs %s of memory, and the requests under way hold %s of the %s that they may have "+
		"together (half of --max-memory); try again later",
		aurea.ErrUnavailable, purpose, Size(n), Size(held-n), Size(b.limit))
}

// Release returns n reserved bytes.
func (b *Budget) Release(n int64) {
	if b != nil {
		b.held.Add(-n)
	}
}

// Usage returns the bytes held, the limit, and how often Reserve has refused.
func (b *Budget) Usage() (held, limit, refused int64) {
	if b == nil {
		return 0, 0, 0
	}
	return b.held.Load(), b.limit, b.refused.Load()
}
