package workload

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/param"
)

// remote is a kind that this host does not offer.
var remote = Kind{
	Kind: aurea.Kind{
		Name: "remote", Doc: "runs elsewhere",
		Parameters: []param.Parameter{{Name: "host", Type: param.Text, Required: true, Doc: "where"}},
	},
	Unavailable: "remote needs --remote",
}

// CheckParameters checks by the declarations alone: it accepts kinds that this
// host does not offer, amounts that it does not allow, and parameters that
// Resolve refuses together.
func TestCheckParameters(t *testing.T) {
	set := NewSet(Policy{MaxMemory: 1}, Sleep, CPU, Memory, remote, Mix, Steps)
	for _, test := range []struct{ workload, want string }{
		{`{"kind": "sleep", "duration": "1s"}`, ""},
		{`{"kind": "remote", "host": "a"}`, ""},
		{`{"kind": "memory", "bytes": 1000000}`, ""},
		{`{"kind": "cpu", "work": 1, "cpu_time": "1s"}`, ""},
		{`{"kind": "sleep", "failure": {"kind": "timeout"}}`, ""},
		{`{"kind": "steps", "steps": [{"kind": "remote", "host": "a", "name": "b"}]}`, ""},
		{`{"kind": "nothing"}`, `workload.kind: must be one of sleep, cpu, memory, mix, steps; got "nothing"`},
		{`{"kind": "remote"}`, "workload.host: is needed: where"},
		{`{"kind": "sleep", "duraton": "1s"}`, "workload.duraton: is not a field; did you mean duration?"},
		{
			`{"kind": "sleep", "failure": {"rate": 2}}`,
			"workload.failure.rate: must be a number from 0 to 1; got 2",
		},
		{
			`{"kind": "steps", "steps": [{"kind": "sleep", "jitter": 2}, {"kind": "sleep"}, {"kind": "remote"}]}`,
			"workload.steps[0].jitter: must be a number from 0 to 1; got 2; workload.steps[2].host: is needed: where",
		},
		{
			`{"kind": "mix", "parts": [{"workload": {"kind": "steps", "steps": [{"kind": "cpu", "work": 0}]}}]}`,
			"workload.parts[0].workload.steps[0].work: must be an integer from 1 to 1000000000; got 0",
		},
	} {
		err := set.CheckParameters(parseWorkload(t, test.workload), "workload")
		if message(err) != test.want {
			t.Errorf("%s: %v, want %q", test.workload, err, test.want)
		}
		if errors.Is(err, aurea.ErrInvalid) != (test.want != "") {
			t.Errorf("%s: errors.Is(%v, ErrInvalid) is wrong", test.workload, err)
		}
	}
}

// A kind that this host does not offer is not listed, and Resolve refuses it
// with the reason. Its parameters are known nevertheless.
func TestUnavailableKind(t *testing.T) {
	set := NewSet(Policy{}, Noop, remote)
	var names []string
	for _, k := range set.Kinds() {
		names = append(names, k.Name)
	}
	if diff := cmp.Diff([]string{"noop"}, names); diff != "" {
		t.Errorf("kinds (-want +got):\n%s", diff)
	}
	_, err := set.Resolve(aurea.Plan{Workload: aurea.Workload{Kind: "remote"}})
	if want := "workload.kind: remote needs --remote"; message(err) != want {
		t.Errorf("Resolve: %v, want %s", err, want)
	}
	names = nil
	for _, p := range set.Parameters("remote") {
		names = append(names, p.Name)
	}
	if diff := cmp.Diff([]string{"host", "failure"}, names); diff != "" {
		t.Errorf("parameters (-want +got):\n%s", diff)
	}
	if got := set.Parameters("nothing"); got != nil {
		t.Errorf("parameters of an unknown kind: %v, want nil", got)
	}
}
