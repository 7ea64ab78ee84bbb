package server

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/compare"
	"github.com/aurea-orchestrator/aurea/internal/runs"
)

// alternateRuns makes four runs of each of two versions, alternating, and
// returns their ids. The second version is much slower.
func (s *service) alternateRuns() (base, head []string) {
	for range 4 {
		base = append(base, s.finished(`{"num_jobs": 4, "name": "old", "workload": {"kind": "sleep", "duration": "1ms"}}`)["id"].(string))
		head = append(head, s.finished(`{"num_jobs": 4, "name": "new, no comma", ` +
			`"workload": {"kind": "sleep", "duration": "500ms"}}`)["id"].(string))
	}
	return base, head
}

func (s *service) comparison(query string) (c compare.Comparison) {
	s.t.Helper()
	got := s.call("GET", "/v1/compare?"+query, nil)
	if err := json.Unmarshal(got.body, &c); got.status != 200 || err != nil {
		s.t.Fatalf("%s: %d %s", query, got.status, got.body)
	}
	return c
}

// Runs are compared by their ids, by their names and with a baseline, by the
// API and by its client.
func TestCompare(t *testing.T) {
	s := serve(t, runs.Options{})
	base, head := s.alternateRuns()
	byID := s.comparison("base=" + strings.Join(base, ",") + "&head=" + strings.Join(head, ","))
	if byID.Verdict != compare.Regression || byID.Threshold != compare.DefaultThreshold {
		t.Errorf("verdict %s, threshold %v; want a regression with the default", byID.Verdict, byID.Threshold)
	}
	if !slices.Equal(byID.Base.IDs, base) || !slices.Equal(byID.Head.IDs, head) {
		t.Errorf("base %q, head %q; want %q and %q", byID.Base.IDs, byID.Head.IDs, base, head)
	}
	checkRegression(t, byID)
	repeated := s.comparison("base=" + strings.Join(base, "&base=") + "&head=" + strings.Join(head, "&head="))
	if diff := cmp.Diff(byID, repeated); diff != "" {
		t.Errorf("repeated (-list +repeated):\n%s", diff)
	}
	byClient, err := s.client(t, "").Compare(t.Context(), base, head,
		compare.Options{Threshold: compare.DefaultThreshold})
	if diff := cmp.Diff(byID, byClient); err != nil || diff != "" {
		t.Errorf("by a client (%v):\n%s", err, diff)
	}
	byName := s.comparison("base=name:new,%20no%20comma&head=name:old&threshold=10%25")
	if byName.Verdict != compare.Improvement || byName.Threshold != 0.1 {
		t.Errorf("by name: verdict %s, threshold %v; want an improvement with 0.1", byName.Verdict, byName.Threshold)
	}
	if byName.Base.Runs != 4 || byName.Head.Runs != 4 {
		t.Errorf("by name: %d and %d runs, want 4 and 4", byName.Base.Runs, byName.Head.Runs)
	}

	if got := s.call("PATCH", "/v1/runs/"+head[0], strings.NewReader(`{"baseline": true}`), isJSON); got.status != 200 {
		t.Fatalf("%d %s", got.status, got.body)
	}
	baseline := s.comparison("base=baseline&head=" + head[1] + "," + head[2])
	if baseline.Verdict != compare.TooLittleEvidence || !slices.Equal(baseline.Base.IDs, head[:1]) {
		t.Errorf("with the baseline: %+v", baseline)
	}
	add := s.call("PATCH", "/v1/runs/"+head[3], strings.NewReader(`{"baseline": true, "keep_baselines": true}`), isJSON)
	if add.status != 200 {
		t.Fatalf("%d %s", add.status, add.body)
	}
	several := s.comparison("base=baseline&head=" + head[1] + "," + head[2])
	if !slices.Equal(several.Base.IDs, []string{head[3], head[0]}) {
		t.Errorf("with a baseline of two runs: %+v", several.Base)
	}
	for query, says := range map[string]string{
		"base=label:branch=main&head=" + base[0]:        `there is no completed run with the label "branch=main"`,
		"base=label:branch&head=" + base[0]:             `must be label:KEY=VALUE, such as label:branch=main`,
		"base=baseline&head=" + base[0]:                 `there is no baseline named "old"`,
		"base=baseline&head=" + base[0] + "," + head[0]: `several names, "old" and "new, no comma"`,
		"base=name:other&head=" + base[0]:               `there is no completed run named "other"`,
	} {
		got := s.call("GET", "/v1/compare?"+query, nil)
		if got.status < 400 || got.status > 404 {
			t.Errorf("%s: status %d, want 400 to 404", query, got.status)
		}
		if body := strings.ReplaceAll(string(got.body), `\"`, `"`); !strings.Contains(body, says) {
			t.Errorf("%s: %s, want %q in it", query, body, says)
		}
	}
}

// checkRegression checks the metric and the warning of a much slower head.
func checkRegression(t *testing.T, c compare.Comparison) {
	t.Helper()
	m := c.Metrics[1]
	if m.Metric != "mean_latency" || m.Verdict != compare.MetricWorse {
		t.Errorf("the second metric is %s, %s; want mean_latency, worse", m.Metric, m.Verdict)
	}
	if m.Base.N != 4 {
		t.Errorf("mean_latency has %d values, want 4", m.Base.N)
	}
	if m.Difference.Value < 1 || m.P > 0.03 {
		t.Errorf("mean_latency differs by %v with p = %v", m.Difference.Value, m.P)
	}
	unlike := compare.Warning{Code: "unlike_spec", About: "workload.duration",
		Message: "workload.duration is 1ms in base and 500ms in head"}
	if !slices.Contains(c.Warnings, unlike) {
		t.Errorf("the warnings are %+v", c.Warnings)
	}
}

func TestCompareErrors(t *testing.T) {
	s := serve(t, runs.Options{Queue: 1})
	id := s.finished(oneJob)["id"].(string)
	running := s.submit(endless)["id"].(string)
	until(t, "the run to begin", func() bool { return s.manager.Stats().Active == 1 })
	queued := s.submit(endless)["id"].(string)
	many := strings.Repeat(id+",", 100) + id
	tests := []struct {
		query          string
		status         int
		says, location string
	}{
		{"", 400, "head: is needed: the ids of one run or several", "query.head"},
		{"head=" + id, 400, "base: is needed: the ids of one run or several", "query.base"},
		{"base=" + id + "&head=", 400, "head: is needed", "query.head"},
		{"base=" + id + ",&head=" + id, 400, "base: must be the ids of runs", "query.base"},
		{"base=" + id + "&head=name:", 400, "the name is empty", "query.head"},
		{"base=" + many + "&head=" + id, 400, "base: must be 100 runs at most; got 101", "query.base"},
		{"base=baseline&head=" + id, 400, "run " + id + " of head has no name", "query.base"},
		{"base=" + id + "&head=baseline", 400, "head: cannot be the baseline", "query.head"},
		{"base=" + id + "&head=" + id + "&threshold=5", 400,
			"threshold: must be a share from 0 to 1, such as 5% or 0.05", "query.threshold"},
		{"base=" + id + "&head=" + id + "&alpha=1", 400, "unknown query parameter", "query.alpha"},
		{"base=" + id + "&head=benchmark-0", 404, "there is no run benchmark-0", "query.head"},
		{"base=benchmark-0," + id + "&head=" + id, 404, "there is no run benchmark-0", "query.base"},
		{"base=name:none&head=" + id, 404, `there is no completed run named "none"`, "query.base"},
		{"base=" + running + "&head=" + id, 409, "run " + running + " of base is running", "query.base"},
		{"base=" + id + "&head=" + queued, 409, "run " + queued + " of head is queued", "query.head"},
	}
	for _, test := range tests {
		detail, wrong := s.call("GET", "/v1/compare?"+test.query, nil).problem(t, test.status)
		if !strings.Contains(detail, test.says) {
			t.Errorf("%.99s: %q does not contain %q", test.query, detail, test.says)
		}
		if _, ok := wrong[test.location]; !ok {
			t.Errorf("%.99s: wrong are %v, want %q", test.query, wrong, test.location)
		}
	}
	var cancelled document
	s.call("POST", fmt.Sprint("/v1/runs/", queued, "/cancel"), nil).into(t, &cancelled)
	s.call("GET", "/v1/compare?base="+queued+"&head="+id, nil).problem(t, 409) // it has no result
	client := s.client(t, "")
	_, err := client.Compare(t.Context(), []string{"benchmark-0"}, []string{id}, compare.Options{})
	if !errors.Is(err, aurea.ErrNotFound) || !strings.Contains(err.Error(), "benchmark-0") {
		t.Errorf("by a client: %v", err)
	}
	if _, err := client.Compare(t.Context(), nil, []string{id}, compare.Options{}); !errors.Is(err, aurea.ErrInvalid) {
		t.Errorf("by a client: %v", err)
	}
}
