package cluster_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/cluster"
	"github.com/aurea-orchestrator/aurea/internal/engine"
	"github.com/aurea-orchestrator/aurea/internal/files"
	"github.com/aurea-orchestrator/aurea/internal/workload"
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

// A plan with data runs where its file is, although workers are ready. A spec that
// asks for workers is refused.
func TestDataStaysHere(t *testing.T) {
	t.Parallel()
	s := startService(t, 1)
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "users.csv"), []byte("name\na\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	source, err := files.In(dir)
	if err != nil {
		t.Fatal(err)
	}
	local := engine.New("test", kinds.New(kinds.Options{Policy: workload.Policy{Files: source}}))
	placement := cluster.Placement{Local: local, Workers: s.dispatcher}
	const refused = "workers: must be local for a spec with data, whose file is here and not on the workers; " +
		`leave it out, or say "local"`
	for workers, want := range map[string]string{
		"": "", `"workers": "local",`: "", `"workers": "all",`: refused, `"workers": 1,`: refused,
	} {
		spec, err := aurea.DecodeSpec(fmt.Appendf(nil, `{%s "num_jobs": 5, "workload": {"kind": "noop"},
			"data": {"file": "users.csv"}}`, workers))
		if err != nil {
			t.Fatal(err)
		}
		plan := aurea.NewPlan(spec, 1)
		resolved, err := placement.Resolve(plan)
		if err == nil {
			m, failed := placement.Execute(t.Context(), plan, resolved, nil, func(aurea.Progress) {})
			if failed != nil {
				t.Fatal(failed)
			}
			if m.Workers != nil {
				t.Errorf("%s the plan ran on workers", workers)
			}
			continue
		}
		if err.Error() != want {
			t.Errorf("%s %v, want %s", workers, err, want)
		}
	}
}
