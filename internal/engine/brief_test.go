package engine

import (
	"math"
	"testing"
	"testing/synctest"

	"github.com/aurea-orchestrator/aurea"
)

// A run that ends shortly after an interval gives no rate for the rest: neither
// thousands a second, from the few jobs that ended in it, nor 0. Its jobs are
// part of the point before, and live progress has the rate of both.
func TestBriefLastInterval(t *testing.T) {
	for _, row := range []struct {
		what, load, each string
		ends             []float64 // of the points
		last             float64   // jobs a second of the last one
	}{
		{"a burst", `"num_jobs": 300, "concurrency": 10`, "100050us", []float64{1, 2, 3.0015}, 110 / 1.0015},
		{"none", `"num_jobs": 2, "concurrency": 1, "timeout": "1005ms"`, "1004ms", []float64{1, 2.008}, 2 / 1.008},
		{"on the second", `"num_jobs": 3, "concurrency": 1`, "1s", []float64{1, 2, 3}, math.NaN()}, // 1 or 2: of either interval
		{"long enough", `"num_jobs": 36, "concurrency": 1`, "99900us", []float64{1, 2, 3, 3.5964}, 6 / 0.5964},
		{"brief as a whole", `"num_jobs": 2, "concurrency": 1`, "100ms", []float64{0.2}, 10},
		{"stopped by its time", `"rate": 100.5, "duration": "2s"`, "1ms", []float64{1, 1.9911}, 100 / 0.9911},
	} {
		for driver, job := range map[string]string{
			"event loops": `{"kind": "sleep", "duration": "` + row.each + `"}`,
			"worker pool": `{"kind": "steps", "steps": [{"kind": "sleep", "duration": "` + row.each + `"}]}`,
		} {
			t.Run(row.what+"/"+driver, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					var seen []aurea.Point
					var ok int64
					r, err := fake().run(t.Context(), plan(t, `{`+row.load+`, "workload": `+job+`}`), nil,
						func(p aurea.Progress) {
							seen = append(seen, p.Point())
							ok += p.Interval.OK
						})
					if err != nil {
						t.Fatal(err)
					}
					if len(r.Series) != len(row.ends) {
						t.Fatalf("%d points, want %d: %+v", len(r.Series), len(row.ends), r.Series)
					}
					var before float64
					for i, p := range r.Series {
						if math.Abs(p.T-row.ends[i]) > 1e-4 {
							t.Errorf("point %d ends at %v, want %v", i, p.T, row.ends[i])
						}
						if math.Abs(p.Throughput*(p.T-before)-float64(p.OK)) > 1e-6 {
							t.Errorf("point %d has %d jobs from %v to %v, and a throughput of %v", i, p.OK, before, p.T,
								p.Throughput)
						}
						before = p.T
					}
					point, live := r.Series[len(r.Series)-1], seen[len(seen)-1]
					if math.Abs(point.Throughput-row.last) > 0.1 {
						t.Errorf("the last point has %v jobs a second, want %v", point.Throughput, row.last)
					}
					checkEqual(t, "the last progress's throughput", live.Throughput, point.Throughput)
					checkEqual(t, "its median", live.P50, point.P50)
					checkEqual(t, "its p99", live.P99, point.P99)
					if ok != r.Counts.OK {
						t.Errorf("intervals of %d jobs, want %d", ok, r.Counts.OK)
					}
				})
			})
		}
	}
}
