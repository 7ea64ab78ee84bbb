package aurea

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// A sparkline has the jobs of the series: its area is that of the points, up to
// the rounding, and no value is outside of theirs.
func TestSparklineKeepsTheJobs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var series []Point
		end, jobs, highest := 0.0, 0.0, 0.0
		for range rapid.IntRange(2, 256).Draw(t, "points") {
			length := rapid.Float64Range(0.001, 10).Draw(t, "length")
			throughput := rapid.Float64Range(0, 1e6).Draw(t, "throughput")
			end += length
			jobs += length * throughput
			highest = max(highest, throughput)
			series = append(series, Point{T: end, Throughput: throughput})
		}
		values := sparkline(series)
		if want := min(24, len(series)); len(values) != want {
			t.Fatalf("%d points have %d values, want %d", len(series), len(values), want)
		}
		area := 0.0
		for _, value := range values {
			area += value * end / float64(len(values))
			if value < 0 || value > highest*1.006 {
				t.Errorf("value %v is outside of 0 to %v", value, highest)
			}
		}
		if math.Abs(area-jobs) > 0.006*jobs {
			t.Errorf("its area is %v jobs, want %v", area, jobs)
		}
	})
}

func TestSparklineOfAShortRun(t *testing.T) {
	if got := sparkline([]Point{{T: 1, Throughput: 5}}); got != nil {
		t.Errorf("one point has the sparkline %v, want none", got)
	}
}
