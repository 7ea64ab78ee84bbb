package kinds_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/files"
	"github.com/aurea-orchestrator/aurea/internal/workload"
	"github.com/aurea-orchestrator/aurea/internal/workload/kinds"
	"github.com/aurea-orchestrator/aurea/internal/workload/workloadtest"
)

// replayOf resolves a spec with a file of recorded moments.
func replayOf(t *testing.T, rows, spec string) (*workload.Resolved, error) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "log.csv"), []byte(rows), 0o600); err != nil {
		t.Fatal(err)
	}
	decoded, err := aurea.DecodeSpec([]byte(spec))
	if err != nil {
		t.Fatal(err)
	}
	set := kinds.New(kinds.Options{Policy: workload.Policy{Files: files.Under(dir)}})
	return set.Resolve(aurea.NewPlan(decoded, 1))
}

const noopReplay = `{"workload": {"kind": "noop"}, "data": {"file": "log.csv", "order": "once"}, `

// A replay has the moments of its rows, by its speed, and no more than num_jobs.
func TestReplayedMoments(t *testing.T) {
	const rows = "at,t\n0,1\n0.5,1\n1e1,4.25\n"
	for replay, want := range map[string][]float64{
		`"replay": {}}`:                                 {0, 0.5, 10},
		`"replay": {"speed": "2x"}}`:                    {0, 0.25, 5},
		`"replay": {"column": "t"}}`:                    {1, 1, 4.25},
		`"replay": {"speed": 0.5}, "num_jobs": 2}`:      {0, 1},
		`"replay": {"column": "t"}, "duration": "1ms"}`: {1, 1, 4.25},
	} {
		resolved, err := replayOf(t, rows, noopReplay+replay)
		if err != nil {
			t.Errorf("%s: %v", replay, err)
			continue
		}
		if diff := cmp.Diff(want, resolved.Starts); diff != "" {
			t.Errorf("%s (-want +got):\n%s", replay, diff)
		}
	}
}

// What is wrong with the moments is refused with the row.
func TestWrongMoments(t *testing.T) {
	const moment = "replay.column: must have seconds since the recording began; row 2 of log.csv has "
	for _, test := range []struct{ rows, replay, want string }{
		{"t,b\n0,0\n", `"replay": {}}`, `replay.column: must be a column of the data; got "at"; there are t, b`},
		{"at\n0\nsoon\n", `"replay": {}}`, moment + `"soon"`},
		{"at\n0\n-1\n", `"replay": {}}`, moment + `"-1"`},
		{"at\n0\nNaN\n", `"replay": {}}`, moment + `"NaN"`},
		{"at\n0\n1e300\n", `"replay": {}}`, moment + `"1e300"`},
		{"at\n2.5\n1\n", `"replay": {}}`, "replay.column: must not go back, since jobs start in the order of " +
			"their rows; row 2 of log.csv has 1 after 2.5"},
		{"at\n0\n100000\n", `"replay": {}}`, "replay: takes 27h46m40s, and a run may take 24h0m0s; " +
			"set a higher speed, or a duration"},
		{"at\n0\n100000\n", `"replay": {}, "duration": "1h"}`, ""},
		{"at\n0\n100000\n", `"replay": {"speed": 2}}`, ""},
	} {
		_, err := replayOf(t, test.rows, noopReplay+test.replay)
		if got := workloadtest.Message(err); got != test.want {
			t.Errorf("%q with %s: %s\nwant %s", test.rows, test.replay, got, test.want)
		}
	}
}
