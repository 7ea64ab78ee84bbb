package aurea

// A Stream is a sequence of random numbers with random access: number n is a
// pure function of the stream and n, so any job's draw can be made anywhere, in
// any order, again. It is SplitMix64 (Steele, Lea and Flood, "Fast splittable
// pseudorandom number generators", OOPSLA 2014): a few instructions, no state.
type Stream uint64

// The streams of a run, so that what jobs do and when they arrive are drawn
// independently.
const (
	StreamJobs uint64 = iota
	StreamArrivals
	StreamFaults
	StreamParts
	StreamFields = 1 << 16 // and those after it: of what is filled in
	StreamNested = 1 << 17 // and those after it: of workloads within others
)

const golden = 0x9e3779b97f4a7c15

// NewStream returns one of the streams of a seed.
func NewStream(seed, stream uint64) Stream {
	return Stream(mix(seed + mix(stream)))
}

// Uniform is the n-th number, in [0, 1).
func (s Stream) Uniform(n int64) float64 {
	return float64(s.Bits(n)>>11) / (1 << 53)
}

// Bits is the n-th number as it was drawn: 64 random bits.
func (s Stream) Bits(n int64) uint64 { return mix(uint64(s) + (uint64(n)+1)*golden) }

func mix(z uint64) uint64 {
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}
