// Package budget limits how much memory the service holds at the wish of
// others: request bodies that are still coming, answers that are not read yet.
//
// Its stance: whoever is about to hold something large takes its bytes first,
// and gives them back afterwards. When there is no room the request is refused
// in words, so that the kernel never has to end the process. Jobs are not
// counted here: what they may take is the host's limits to say.
package budget

import (
	"fmt"
	"sync/atomic"

	"github.com/aurea-orchestrator/aurea"
)

// A Budget counts bytes that are held now, up to a limit. The nil Budget has no
// limit. Its methods may be called concurrently.
type Budget struct {
	limit         int64
	held, refused atomic.Int64
}

// New returns a budget of so many bytes.
func New(limit int64) *Budget { return &Budget{limit: limit} }

// Take adds n bytes for what is described in words, such as "a request's body".
// Beyond the limit it adds nothing and returns an aurea.ErrUnavailable that has
// the numbers.
func (b *Budget) Take(n int64, what string) error {
	if b == nil {
		return nil
	}
	held := b.held.Add(n)
	if held <= b.limit {
		return nil
	}
	b.held.Add(-n)
	b.refused.Add(1)
	return fmt.Errorf("%w: %s needs %s of memory, and the requests under way hold %s of the %s that they may have together (half of --max-memory); try again later",
		aurea.ErrUnavailable, what, Size(n), Size(held-n), Size(b.limit))
}

// Give takes n bytes off again.
func (b *Budget) Give(n int64) {
	if b != nil {
		b.held.Add(-n)
	}
}

// Usage is how much is held, how much may be, and how often Take has refused.
func (b *Budget) Usage() (held, limit, refused int64) {
	if b == nil {
		return 0, 0, 0
	}
	return b.held.Load(), b.limit, b.refused.Load()
}
