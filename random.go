package aurea

// A Stream is a sequence of random numbers with random access. Number n is a pure
// function of the stream and n, so the number of a job can be computed anywhere,
// in any order, and again. The generator is SplitMix64, a few instructions
// without state (Steele, Lea and Flood, "Fast splittable pseudorandom number
// generators", OOPSLA 2014).
type Stream uint64

// The streams of a run. With one for each purpose, the numbers are independent:
// what jobs do does not depend on when they arrive.
const (
	StreamJobs uint64 = iota
	StreamArrivals
	StreamFaults
	StreamParts
	StreamData
	StreamBoundary            // of multipart bodies
	StreamScenarios           // seeds of scenarios
	StreamSample              // which jobs are kept
	StreamTargets             // of files of targets
	StreamFields    = 1 << 16 // and above: values of templates
	StreamNested    = 1 << 17 // and above: nested workloads
)

// golden is 2⁶⁴ divided by the golden ratio.
const golden = 0x9e3779b97f4a7c15

// NewStream returns one of the streams of a seed.
func NewStream(seed, stream uint64) Stream {
	return Stream(mix(seed + mix(stream)))
}

// Uniform returns the n-th number, in [0, 1).
func (s Stream) Uniform(n int64) float64 {
	return float64(s.Bits(n)>>11) / (1 << 53)
}

// Bits returns the n-th number as 64 random bits.
func (s Stream) Bits(n int64) uint64 { return mix(uint64(s) + (uint64(n)+1)*golden) }

func mix(z uint64) uint64 {
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}
