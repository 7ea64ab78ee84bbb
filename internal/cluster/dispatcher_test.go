package cluster_test

import (
	"fmt"
	"testing"
)

// A run on any number of workers has the counts of the run on one machine. No
// load ends while many jobs are due: a crowded machine would start some too late.
func TestCountsEqualLocal(t *testing.T) {
	specs := map[string]string{
		"closed": `{"num_jobs": 2000, "concurrency": 40,
			"workload": {"kind": "sleep", "duration": "10ms", "distribution": "uniform"}}`,
		"failures and timeouts": `{"num_jobs": 1000, "concurrency": 100, "timeout": "15ms", "workload":
			{"kind": "sleep", "duration": "10ms", "distribution": "uniform", "failure": {"rate": 0.2}}}`,
		"poisson with warm-up": `{"rate": 2000, "arrival": "poisson", "num_jobs": 3000, "warmup": "500ms",
			"workload": {"kind": "sleep", "duration": "5ms"}}`,
		"ramp": `{"stages": [{"rate": 2000, "duration": "1s"}, {"rate": 0, "duration": "5s"}], "num_jobs": 1300,
			"workload": {"kind": "sleep", "duration": "2ms"}}`,
	}
	for name, spec := range specs {
		t.Run(name, func(t *testing.T) {
			local := execute(t, startService(t, 0).engine, spec)
			for _, n := range []int{1, 2, 4, 8} {
				t.Run(fmt.Sprint(n), func(t *testing.T) {
					merged := execute(t, startService(t, n).dispatcher, spec)
					if merged.Tally.Counts != local.Tally.Counts {
						t.Errorf("the counts are %+v, want %+v", merged.Tally.Counts, local.Tally.Counts)
					}
					if merged.Warmup.Counts != local.Warmup.Counts {
						t.Errorf("the warm-up's counts are %+v, want %+v", merged.Warmup.Counts, local.Warmup.Counts)
					}
					if err := merged.Tally.Check(); err != nil {
						t.Error(err)
					}
					if got := len(merged.Workers.Of); got != n {
						t.Errorf("%d workers took part, want %d", got, n)
					}
				})
			}
		})
	}
}
