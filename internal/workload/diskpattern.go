package workload

import (
	"math/rand/v2"

	"github.com/aurea-orchestrator/aurea"
)

// A pattern is the bytes that jobs write. They are random, because some disks
// are faster with bytes that are equal or compress well.
type pattern []byte

const patternShift = 64 << 10 // how many first bytes of the pattern a block may begin at

func newPattern(seed uint64, block int64) pattern {
	var key [32]byte
	for i := range 8 {
		key[i] = byte(seed >> (8 * i))
	}
	p := make(pattern, block+patternShift)
	_, _ = rand.NewChaCha8(key).Read(p) // never fails
	return p
}

// block returns what a job writes at an offset of its file.
func (p pattern) block(job, at, length int64) []byte {
	first := uint64(aurea.NewStream(uint64(job), uint64(at))) % patternShift
	return p[first : first+uint64(length)]
}
