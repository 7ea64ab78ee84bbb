package scenarios

import (
	"testing"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/engine"
	"github.com/aurea-orchestrator/aurea/internal/workload/kinds"
)

// What turns out to be wrong when the jobs are opened has its place in the spec, or
// else the name of its scenario.
func TestOpenErrors(t *testing.T) {
	const source = `{"kind": "http", "url": "http://127.0.0.1:1/", "source_addresses": ["192.0.2.1"]}`
	const notHere = "source_addresses[0]: 192.0.2.1 is no address of this machine to connect from: " +
		"listen udp 192.0.2.1:0: bind: cannot assign requested address"
	const unreachable = "asking 127.0.0.1:1 for its types by server reflection: connecting to 127.0.0.1: " +
		"dial tcp 127.0.0.1:1: connect: connection refused"
	const at = "scenarios[1].workload."
	for w, want := range map[string]string{
		source: at + notHere,
		`{"kind": "steps", "steps": [{"kind": "noop"}, ` + source + `]}`: at + "steps[1]." + notHere,
		`{"kind": "mix", "parts": [{"workload": ` + source + `}]}`:       at + "parts[0].workload." + notHere,
		`{"kind": "grpc", "target": "127.0.0.1:1", "method": "a.B/C"}`:   "scenario second: " + unreachable,
	} {
		spec, err := aurea.DecodeSpec([]byte(`{"scenarios": [
			{"name": "first", "num_jobs": 1, "workload": {"kind": "noop"}},
			{"name": "second", "num_jobs": 1, "workload": ` + w + `}]}`))
		if err != nil {
			t.Fatal(err)
		}
		executor := Executor{engine.New("test", kinds.New(kinds.Options{}))}
		plan := aurea.NewPlan(spec, 1)
		resolved, err := executor.Resolve(plan)
		if err != nil {
			t.Fatal(err)
		}
		_, err = executor.Execute(t.Context(), plan, resolved, nil, func(aurea.Progress) {})
		if err == nil || err.Error() != want {
			t.Errorf("%s: %v\nwant %s", w, err, want)
		}
	}
}
