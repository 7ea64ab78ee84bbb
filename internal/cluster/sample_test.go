package cluster_test

import (
	"fmt"
	"testing"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/cluster"
	"github.com/aurea-orchestrator/aurea/internal/engine"
	"github.com/aurea-orchestrator/aurea/internal/workload/kinds"
)

// A plan with a sample runs where the sample is kept, although workers are ready.
func TestSampleStaysHere(t *testing.T) {
	t.Parallel()
	s := startService(t, 1)
	placement := cluster.Placement{Local: engine.New("test", kinds.New(kinds.Options{})), Workers: s.dispatcher}
	for workers, want := range map[string]string{
		"": "", `"workers": 1,`: "workers: must be local for a spec with a sample, which is kept here; " +
			`leave it out, or say "local"`,
	} {
		spec, err := aurea.DecodeSpec(fmt.Appendf(nil, `{%s "num_jobs": 5, "sample": 1, "workload": {"kind": "mix",
			"parts": [{"workload": {"kind": "noop"}, "weight": 1e6},
				{"workload": {"kind": "http", "url": "http://127.0.0.1:1/"}, "weight": 1e-6}]}}`, workers))
		if err != nil {
			t.Fatal(err)
		}
		plan := aurea.NewPlan(spec, 1)
		resolved, err := placement.Resolve(plan)
		if err != nil {
			if err.Error() != want {
				t.Errorf("%s %v, want %s", workers, err, want)
			}
			continue
		}
		m, err := placement.Execute(t.Context(), plan, resolved, nil, func(aurea.Progress) {})
		if err != nil {
			t.Fatal(err)
		}
		if m.Workers != nil || len(m.SampledJobs) != 1 {
			t.Errorf("%s %d jobs are kept of workers %v, want 1 and none", workers, len(m.SampledJobs), m.Workers)
		}
	}
}
