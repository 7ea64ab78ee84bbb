package runs

import (
	"testing"

	"github.com/aurea-orchestrator/aurea"
)

// A server that takes a run over plans as many jobs as the one before, although it
// may not have the file of its rows.
func TestAdoptedRunHasItsRows(t *testing.T) {
	spec, err := aurea.DecodeSpec([]byte(`{"duration": "1m", "concurrency": 4,
		"data": {"file": "users.csv", "order": "once"}, "seed": 3,
		"workload": {"kind": "noop"}}`))
	if err != nil {
		t.Fatal(err)
	}
	plan := aurea.NewPlan(spec, 1).Limited(70)
	noted, err := encodeNoted(plan, []byte("exec"))
	if err != nil {
		t.Fatal(err)
	}
	e := &entry{run: aurea.Run{Spec: spec}}
	if err := new(Manager).prepareAdopted(e, noted); err != nil {
		t.Fatal(err)
	}
	if e.plan.Jobs != plan.Jobs || e.plan.Rows != plan.Rows {
		t.Errorf("%d jobs for %d rows, want %d for %d", e.plan.Jobs, e.plan.Rows, plan.Jobs, plan.Rows)
	}
	if got := string(e.noted); got != "exec" {
		t.Errorf("the executor gets %q", got)
	}
}
