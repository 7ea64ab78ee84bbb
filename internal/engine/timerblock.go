package engine

import "github.com/aurea-orchestrator/aurea/internal/platform"

// blockSize is how many timers a timerBlock holds.
const blockSize = 32

// A timerBlock holds timers in the order of their insertion. It has no
// pointers, so the garbage collector does not scan it: blocks are linked by
// their numbers in the timerBlocks that they belong to.
type timerBlock struct {
	next   blockNumber
	number blockNumber // its own
	n      int
	timers [blockSize]timer
}

// A blockNumber identifies a block; 0 is none.
type blockNumber uint32

// firstSlab is how many blocks are allocated first, and slabBlocks is how many
// are allocated at once after that: 6.4 MB.
const (
	firstSlab  = 256
	slabBits   = 13
	slabBlocks = 1 << slabBits
)

// timerBlocks allocates the blocks of a timerQueue and reuses freed ones. The
// memory of a slab is touched block by block, as it is needed. Large slabs are
// in huge pages where the system has them: with small ones the page faults of
// ten million timers cost as much as all other work on them.
type timerBlocks struct {
	slabs  [][]timerBlock
	unused []timerBlock // blocks of the last slab that were never taken
	free   blockNumber  // list of freed blocks
}

// reserve allocates blocks for up to as many timers as the first slab holds, and
// touches their memory. It does nothing after the first allocation.
func (b *timerBlocks) reserve(timers int64) {
	if len(b.slabs) > 0 {
		return
	}
	b.grow()
	for i := range min(timers/blockSize, firstSlab) {
		b.unused[i].n = blockSize
	}
}

// grow allocates a slab.
func (b *timerBlocks) grow() {
	size := slabBlocks
	if len(b.slabs) == 0 {
		size = firstSlab
	}
	slab := make([]timerBlock, size)
	if size == slabBlocks {
		platform.PreferHugePages(slab)
	}
	b.slabs = append(b.slabs, slab)
	b.unused = slab
}

// take returns an empty block, a freed one if there is any.
func (b *timerBlocks) take() *timerBlock {
	block := b.at(b.free)
	if block != nil {
		b.free = block.next
	} else {
		if len(b.unused) == 0 {
			b.grow()
		}
		block = &b.unused[0]
		slab := len(b.slabs) - 1
		block.number = blockNumber(slab<<slabBits + len(b.slabs[slab]) - len(b.unused) + 1)
		b.unused = b.unused[1:]
	}
	block.n, block.next = 0, 0
	return block
}

// put frees a block. The caller must not use it after that.
func (b *timerBlocks) put(block *timerBlock) {
	block.next = b.free
	b.free = block.number
}

// at returns the block with a number; nil for 0.
func (b *timerBlocks) at(number blockNumber) *timerBlock {
	if number == 0 {
		return nil
	}
	number--
	return &b.slabs[number>>slabBits][number%slabBlocks]
}
