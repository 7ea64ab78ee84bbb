package workload

// uniform draws the number in [0, 1) that belongs to a job of a run. It is the
// output function of SplitMix64 (Steele, Lea and Flood, "Fast splittable
// pseudorandom number generators", OOPSLA 2014) at position job of the stream
// that seed begins: random access, no state, a few instructions.
func uniform(seed uint64, job int64) float64 {
	z := seed + (uint64(job)+1)*0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	z ^= z >> 31
	return float64(z>>11) / (1 << 53)
}
