package aurea

import "math"

// maxSparkline is the maximum number of values of a sparkline.
const maxSparkline = 24

// Outline returns the result with a sparkline in place of its series, and without
// its sampled jobs.
func (r Result) Outline() Result {
	r.Series, r.Sparkline, r.SampledJobs = nil, sparkline(r.Series), nil
	return r
}

// sparkline returns the ok throughput over a run in equal spans of time from its
// start to the end of its last interval, rounded to three digits; nil for fewer
// than two points.
func sparkline(series []Point) []float64 {
	if len(series) < 2 {
		return nil
	}
	end := series[len(series)-1].T
	values := make([]float64, min(maxSparkline, len(series)))
	span := end / float64(len(values))
	from := 0.0
	for _, p := range series {
		for i := range values {
			left, right := float64(i)*span, float64(i+1)*span
			if shared := min(p.T, right) - max(from, left); shared > 0 {
				values[i] += p.Throughput * shared / span
			}
		}
		from = p.T
	}
	for i, value := range values {
		values[i] = round3(value)
	}
	return values
}

// round3 rounds a value that is not negative to three significant digits.
func round3(value float64) float64 {
	if value == 0 || math.IsNaN(value) || math.IsInf(value, 0) {
		return 0
	}
	scale := math.Pow(10, math.Floor(math.Log10(value))-2)
	return math.Round(value/scale) * scale
}
