package server

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea/internal/runs"
)

// A spec with a wrong field and a wrong parameter of its workload is refused
// with both.
func TestSpecErrorsAreComplete(t *testing.T) {
	s := serve(t, runs.Options{})
	got := s.run(`{"num_jobs": 0, "workload": {"kind": "sleep", "duratoin": "1s", "jitter": 2}}`)
	var answered struct{ Errors []struct{ Location string } }
	got.into(t, &answered)
	var locations []string
	for _, wrong := range answered.Errors {
		locations = append(locations, wrong.Location)
	}
	want := []string{"body.num_jobs", "body.workload.jitter", "body.workload.duratoin"}
	if diff := cmp.Diff(want, locations); diff != "" || got.status != 400 {
		t.Errorf("%d (-want +got):\n%s", got.status, diff)
	}
}
