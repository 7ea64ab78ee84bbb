package server

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/runs"
)

// searchOf is a search of jobs of 1 ms that hold at every load.
const searchOf = `{"spec": {"num_jobs": 4, "name": "limit", "workload": {"kind": "sleep", "duration": "1ms"}},
	"objectives": ["p99 < 1h"], "concurrency": "1..4", "cooldown": "0s"}`

// A search is accepted at once, and its runs are ordinary ones with a label.
func TestSearch(t *testing.T) {
	s := serve(t, runs.Options{})
	got := s.call("POST", "/v1/searches", strings.NewReader(searchOf), isJSON)
	var submitted aurea.Search
	if got.into(t, &submitted); got.status != 202 {
		t.Fatalf("%d %s", got.status, got.body)
	}
	if location := got.header.Get("Location"); location != "/v1/searches/"+submitted.ID {
		t.Errorf("it is at %s, not %s", location, submitted.ID)
	}
	if submitted.Limit != nil || len(submitted.Points) != 0 {
		t.Errorf("it has found something already: %+v", submitted)
	}
	client := s.client(t, "")
	found, err := client.Search(t.Context(), submitted.ID, time.Minute)
	if err != nil || found.Outcome != aurea.AllHold || *found.Limit != 4 {
		t.Fatalf("%+v (%v)", found, err)
	}
	var points, listed []string
	for _, p := range found.Points {
		points = append([]string{p.Run}, points...)
	}
	page, err := client.List(t.Context(), aurea.RunQuery{Labels: map[string]string{"search": submitted.ID}})
	if err != nil {
		t.Fatal(err)
	}
	for _, run := range page.Runs {
		listed = append(listed, run.ID)
	}
	if diff := cmp.Diff(points, listed); diff != "" {
		t.Errorf("runs (-points +history):\n%s", diff)
	}
	document := decodeDocument(t, string(s.call("GET", "/v1/searches/"+submitted.ID, nil).body))
	document.wantMembers(t, "search", map[string]any{
		"limit": 4.0, "failing": nil, "status": "completed", "outcome": "all_hold",
	})
	searches, err := client.Searches(t.Context())
	if err != nil || len(searches) != 1 || searches[0].ID != submitted.ID {
		t.Errorf("the searches are %+v (%v)", searches, err)
	}
}

// A search that is cancelled stops its run.
func TestCancelSearch(t *testing.T) {
	s := serve(t, runs.Options{})
	client := s.client(t, "")
	request, err := aurea.DecodeSearch([]byte(`{"spec": {"num_jobs": 1, "workload": {"kind": "sleep", "duration": "1h"}},
		"objectives": ["p99 < 1h"], "concurrency": "1..4"}`))
	if err != nil {
		t.Fatal(err)
	}
	submitted, err := client.SubmitSearch(t.Context(), request)
	if err != nil {
		t.Fatal(err)
	}
	until(t, "its run to begin", func() bool { return s.manager.Stats().Active == 1 })
	if _, err := client.CancelSearch(t.Context(), submitted.ID); err != nil {
		t.Fatal(err)
	}
	found, err := client.Search(t.Context(), submitted.ID, time.Minute)
	if err != nil || found.Status != aurea.StatusCancelled {
		t.Errorf("the search is %s (%v)", found.Status, err)
	}
	if active := s.manager.Stats().Active; active != 0 {
		t.Errorf("%d runs go on", active)
	}
	if _, err := client.CancelSearch(t.Context(), submitted.ID); !errors.Is(err, aurea.ErrConflict) {
		t.Errorf("a second time: %v", err)
	}
}

func TestSearchErrors(t *testing.T) {
	s := serve(t, runs.Options{})
	for _, test := range []struct{ body, location, message string }{
		{`{"spec": {}, "objectives": ["p99 < 1s"], "rate": "1"}`, "body.rate",
			`must be two loads, the lower one first, such as "100..100000"; got "1"`},
		{`{"spec": {"workload": {"kind": "sleep", "duration": 5}}, "objectives": ["p99 < 1s"], "rate": "1..2"}`,
			"body.spec.workload.duration", `must be a duration such as "250ms" from 0s to 1h; got 5`},
		{`{"spec": {}, "objectives": ["phases.connect.p99 < 1s"], "rate": "1..2"}`, "body.objectives[0]",
			"phases.connect is nothing that this workload measures"},
	} {
		_, wrong := s.call("POST", "/v1/searches", strings.NewReader(test.body), isJSON).problem(t, 400)
		if !strings.HasPrefix(wrong[test.location], test.message) {
			t.Errorf("%s: %q, want %q", test.location, wrong, test.message)
		}
	}
	s.call("GET", "/v1/searches/search-1", nil).problem(t, 404)
	s.call("POST", "/v1/searches/search-1/cancel", nil).problem(t, 404)
	s.call("GET", "/v1/searches/search-1?wait=soon", nil).problem(t, 400)
}

// A server without searches refuses them.
func TestNoSearches(t *testing.T) {
	api := New(newOptions(finishingFake(), func(o *Options) { o.Searches = nil }))
	detail, _ := ask(t, api, "POST", "/v1/searches", searchOf, isJSON).problem(t, 409)
	if detail != "conflict: this service executes no searches" {
		t.Errorf("it says %q", detail)
	}
	if list := string(ask(t, api, "GET", "/v1/searches", "").body); list != `{"searches":[]}`+"\n" {
		t.Errorf("the list is %s", list)
	}
}
