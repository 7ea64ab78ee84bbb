package compare_test

import (
	"fmt"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/compare"
)

// results returns one completed result for each mean latency, in seconds. Real
// ones come from aurea.DecodeResults or from the client.
func results(side string, latencies ...float64) []*aurea.Result {
	var all []*aurea.Result
	for i, latency := range latencies {
		all = append(all, &aurea.Result{
			ID:          fmt.Sprintf("%s-%d", side, i+1),
			Status:      aurea.StatusCompleted,
			Counts:      aurea.Counts{Planned: 50, OK: 50},
			Throughput:  10 / latency,
			MeanLatency: latency,
			Latency:     aurea.Summary{Count: 50, P50: latency, P90: 2 * latency},
		})
	}
	return all
}

// Compare five runs of each of two versions.
func ExampleResults() {
	base := results("old", 0.100, 0.103, 0.101, 0.104, 0.102)
	head := results("new", 0.120, 0.118, 0.122, 0.121, 0.119)

	c := compare.Results(base, head, compare.Options{Threshold: compare.DefaultThreshold})
	fmt.Println(c.Verdict)
	for _, m := range c.Metrics {
		if m.Metric == "mean_latency" {
			fmt.Printf("%s: %.3f s to %.3f s, %+.1f %%, %s\n",
				m.Metric, m.Base.Median, m.Head.Median, 100*m.Difference.Value, m.Verdict)
		}
	}
	// Output:
	// regression
	// mean_latency: 0.102 s to 0.120 s, +17.6 %, worse
}

// One run of each side cannot tell a difference from chance.
func ExampleResults_tooFewRuns() {
	base, head := results("old", 0.100), results("new", 0.200)

	c := compare.Results(base, head, compare.Options{Threshold: compare.DefaultThreshold})
	fmt.Println(c.Verdict)
	for _, w := range c.Warnings {
		if w.Code == "too_few_runs" {
			fmt.Println(w.Message)
		}
	}
	// Output:
	// too_little_evidence
	// 1 of base and 1 of head are too few runs to tell any difference from chance: it takes 4 of each
}

func ExampleParseThreshold() {
	threshold, err := compare.ParseThreshold("2.5%")
	fmt.Println(threshold, err)
	_, err = compare.ParseThreshold("250%")
	fmt.Println(err)
	// Output:
	// 0.025 <nil>
	// must be a share from 0 to 1, such as 5% or 0.05; got "250%"
}
