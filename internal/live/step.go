package live

import "math"

// step returns the next higher or lower load. The loads are 100, 110 … 200, 220
// … 500, 550 … 1000, and so on in each power of ten: steps of 4 to 10 %, so
// that + and - undo each other. Whole loads are jobs in flight, at least 1.
func step(load float64, up, whole bool) float64 {
	if !(load > 0) {
		return 1
	}
	const tiny = 1e-9 // of rounding, as a share
	size := stepSize(load*(1-tiny), up)
	if whole {
		size = max(size, 1)
	}
	next := (math.Ceil(load/size*(1-tiny)) - 1) * size
	if up {
		next = (math.Floor(load/size*(1+tiny)) + 1) * size
	}
	if whole {
		return max(math.Round(next), 1)
	}
	return math.Round(next/size) * size
}

// stepSize returns the distance of the loads above or below a load.
func stepSize(load float64, up bool) float64 {
	if up {
		load *= 1 + 4e-9
	}
	decade := math.Pow(10, math.Floor(math.Log10(load)))
	switch lead := load / decade; {
	case lead < 2:
		return decade / 10
	case lead < 5:
		return decade / 5
	default:
		return decade / 2
	}
}
