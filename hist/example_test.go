package hist_test

import (
	"fmt"
	"time"

	"github.com/aurea-orchestrator/aurea/hist"
)

func ExampleHistogram() {
	h := hist.New()
	for i := range 1000 {
		h.Record(time.Duration(i+1) * time.Microsecond)
	}
	fmt.Println("samples:", h.Count())
	fmt.Println("min:", h.Min(), "max:", h.Max())
	fmt.Printf("mean: %.7f s\n", h.Mean())
	fmt.Println("p50:", h.Quantile(0.50).Round(10*time.Microsecond))
	fmt.Println("p99:", h.Quantile(0.99).Round(10*time.Microsecond))
	// Output:
	// samples: 1000
	// min: 1µs max: 1ms
	// mean: 0.0005005 s
	// p50: 500µs
	// p99: 990µs
}

// Percentiles cannot be averaged. Merge the histograms of two machines and take
// the quantile of the sum.
func ExampleHistogram_Merge() {
	fast, slow := hist.New(), hist.New()
	fast.RecordN(10*time.Millisecond, 980)
	slow.RecordN(200*time.Millisecond, 20)

	all := hist.New()
	all.Merge(fast)
	all.Merge(slow)
	fmt.Println("p98:", all.Quantile(0.98).Round(time.Millisecond))
	fmt.Println("p99:", all.Quantile(0.99).Round(time.Millisecond))
	// Output:
	// p98: 10ms
	// p99: 200ms
}

// Each yields the non-empty buckets, for example to draw a distribution.
func ExampleHistogram_Each() {
	h := hist.New()
	h.RecordN(5, 3)
	h.RecordN(80, 1)
	h.Each(func(upTo time.Duration, count int64) {
		fmt.Println(upTo, count)
	})
	// Output:
	// 5ns 3
	// 80ns 1
}
