package server

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/runs"
)

// A running run is paused, given another load and resumed, each once; the
// changes are on its timeline, and the result is degraded.
func TestControlledRun(t *testing.T) {
	s := serve(t, runs.Options{})
	id := s.submit(`{"rate": 100, "num_jobs": 1000000, "job_duration_ms": 1}`)["id"].(string)
	until(t, "the run runs", func() bool { return s.get(id)["status"] == "running" })
	path := "/v1/runs/" + id
	steps := []struct {
		method, path, body string
		status             int
		says               string
	}{
		{"POST", "/resume", "", 409, "not paused"},
		{"POST", "/pause", "", 200, ""},
		{"POST", "/pause", "", 409, "paused"},
		{"PATCH", "/load", `{"rate": 2000}`, 200, ""},
		{"PATCH", "/load", `{"rat": 2000}`, 400, "did you mean rate?"},
		{"PATCH", "/load", `{"rate": -1}`, 400, "must be"},
		{"PATCH", "/load", `{}`, 400, "must have a rate, a concurrency, or both"},
		{"POST", "/resume", "", 200, ""},
	}
	var last document
	for _, step := range steps {
		got := s.call(step.method, path+step.path, strings.NewReader(step.body), isJSON)
		if got.status != step.status || !strings.Contains(string(got.body), step.says) {
			t.Fatalf("%s %s %s: %d %s; want %d with %q", step.method, step.path, step.body, got.status, got.body,
				step.status, step.says)
		}
		if step.status == 200 {
			last = nil
			got.into(t, &last)
		}
	}
	kinds := func(events any) (kinds []string) {
		for _, event := range events.([]any) {
			kinds = append(kinds, event.(map[string]any)["kind"].(string))
		}
		return kinds
	}
	if diff := cmp.Diff([]string{"pause", "load", "resume"}, kinds(last["timeline"])); diff != "" {
		t.Error(diff)
	}
	s.call("POST", path+"/cancel", nil)
	done := s.get(id + "?wait=1m")
	diff := cmp.Diff([]string{"pause", "load", "resume"}, kinds(done["timeline"]))
	if diff != "" || done["status"] != "cancelled" {
		t.Errorf("%v %s", done["status"], diff)
	}
	if state := done.at("result.validity.state"); state != "degraded" && state != "invalid" {
		t.Errorf("validity %v, want degraded or invalid", done.at("result.validity"))
	}
	if paused := done.at("result.paused").(float64); paused <= 0 {
		t.Errorf("paused for %v s, want more", paused)
	}
	for _, path := range []string{path + "/pause", path + "/resume"} {
		s.call("POST", path, nil).problem(t, 409)
	}
	s.call("POST", "/v1/runs/benchmark-0/pause", nil).problem(t, 404)
}

// get returns the current state of a run.
func (s *service) get(id string) (run document) {
	s.t.Helper()
	s.call("GET", fmt.Sprint("/v1/runs/", id), nil).into(s.t, &run)
	return run
}

// A client controls a run as its server does.
func TestClientControls(t *testing.T) {
	s := serve(t, runs.Options{})
	client := s.client(t, "")
	id := s.submit(`{"rate": 100, "num_jobs": 1000000, "job_duration_ms": 1}`)["id"].(string)
	until(t, "the run runs", func() bool { return s.get(id)["status"] == "running" })
	for _, control := range []aurea.Control{
		{Kind: aurea.Pause}, {Kind: aurea.ChangeLoad, Rate: 50, Concurrency: 7},
		{Kind: aurea.Resume},
	} {
		run, err := client.Control(t.Context(), id, control)
		if err != nil || run.Timeline[len(run.Timeline)-1].Kind != control.Kind {
			t.Errorf("%s: %v, %+v", control.Kind, err, run.Timeline)
		}
	}
	s.call("POST", "/v1/runs/"+id+"/cancel", nil)
}
