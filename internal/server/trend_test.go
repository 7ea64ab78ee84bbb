package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/compare"
	"github.com/aurea-orchestrator/aurea/internal/runs"
)

// The trend of a name is of its own runs, by the API and by its client.
func TestTrend(t *testing.T) {
	s := serve(t, runs.Options{})
	var ids []string
	for _, load := range []string{"1ms", "100ms"} {
		for range 5 {
			ids = append(ids, s.finished(`{"num_jobs": 2, "name": "search", "labels": {"branch": "` + load + `"},
				"workload": {"kind": "sleep", "duration": "` + load + `"}}`)["id"].(string))
		}
	}
	s.finished(`{"num_jobs": 2, "name": "other", "workload": {"kind": "noop"}}`)
	got := s.call("GET", "/v1/trend?name=search", nil)
	var trend compare.Trend
	if err := json.Unmarshal(got.body, &trend); got.status != 200 || err != nil {
		t.Fatalf("%d %s", got.status, got.body)
	}
	var runIDs []string
	for _, run := range trend.Runs {
		runIDs = append(runIDs, run.ID)
	}
	if diff := cmp.Diff(ids, runIDs); diff != "" {
		t.Errorf("runs (-want +got):\n%s", diff)
	}
	if worse := trend.WorseSince(5); !slices.Contains(worse, "p50") {
		t.Errorf("%q became worse with the second load, want p50 among them", worse)
	}
	client := s.client(t, "")
	byClient, err := client.Trend(t.Context(), "search", nil)
	if diff := cmp.Diff(trend, byClient); err != nil || diff != "" {
		t.Errorf("by a client (%v):\n%s", err, diff)
	}
	labelled, err := client.Trend(t.Context(), "search", map[string]string{"branch": "1ms"})
	if err != nil || len(labelled.Runs) != 5 {
		t.Errorf("by label: %d runs (%v), want 5", len(labelled.Runs), err)
	}
	if _, err := client.Trend(t.Context(), "unused", nil); !errors.Is(err, aurea.ErrNotFound) {
		t.Errorf("of a name without runs: %v", err)
	}
}

func TestTrendErrors(t *testing.T) {
	s := serve(t, runs.Options{})
	for _, test := range []struct {
		query    string
		status   int
		detail   string
		location string
	}{
		{"", 400, "name: is needed: the name of the runs", "query.name"},
		{"name=a&label=b", 400, `label: must be key:value; got "b"`, "query.label"},
		{"name=a", 404, `not found: there is no completed run named "a"`, ""},
	} {
		detail, messages := s.call("GET", "/v1/trend?"+test.query, nil).problem(t, test.status)
		if detail != test.detail {
			t.Errorf("%s: %q, want %q", test.query, detail, test.detail)
		}
		if _, located := messages[test.location]; test.location != "" && !located {
			t.Errorf("%s: the errors are %v", test.query, messages)
		}
	}
}

// A pagedRuns lists runs in pages of 50.
type pagedRuns struct {
	fake
	total int
}

func (p pagedRuns) List(_ context.Context, query aurea.RunQuery) (aurea.RunPage, error) {
	from, _ := strconv.Atoi(query.Cursor)
	to := min(from+min(query.Limit, 50), p.total)
	page := aurea.RunPage{}
	for i := from; i < to; i++ {
		result := fmt.Appendf(nil, `{"benchmark_id": "%d"}`, i)
		page.Runs = append(page.Runs, aurea.RunSummary{Spec: []byte("{}"), Result: result})
	}
	if to < p.total {
		page.NextCursor = strconv.Itoa(to)
	}
	return page, nil
}

// A trend reads as many pages of the list as it takes.
func TestTrendOfSeveralPages(t *testing.T) {
	for limit, want := range map[int]int{30: 30, 120: 120, 200: 150} {
		s := &Server{options: Options{Runs: pagedRuns{total: 150}}, reads: newReadSemaphore(nil)}
		results, err := s.allNamed(t.Context(), aurea.RunQuery{Name: "search", Limit: limit})
		if err != nil {
			t.Fatal(err)
		}
		var ids, wanted []string
		for i, r := range results {
			ids, wanted = append(ids, r.ID), append(wanted, strconv.Itoa(i))
		}
		if len(ids) != want || !slices.Equal(ids, wanted) {
			t.Errorf("limit %d: the results are %q, want the first %d", limit, ids, want)
		}
	}
}
