package server

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/HdrHistogram/hdrhistogram-go"
	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/records"
	"github.com/aurea-orchestrator/aurea/internal/runs"
)

const isJSON = "Content-Type: application/json"

// submit submits a spec and returns the run in the response.
func (s *service) submit(spec string, headers ...string) document {
	s.t.Helper()
	got := s.call("POST", "/v1/runs", strings.NewReader(spec), append(headers, isJSON)...)
	var run document
	got.into(s.t, &run)
	if got.status != 202 || got.header.Get("Location") != fmt.Sprint("/v1/runs/", run["id"]) {
		s.t.Fatalf("%d at %q: %s", got.status, got.header.Get("Location"), got.body)
	}
	return run
}

// finished submits a spec and waits until the run has finished.
func (s *service) finished(spec string) document {
	s.t.Helper()
	var run document
	s.call("GET", fmt.Sprint("/v1/runs/", s.submit(spec)["id"], "?wait=1m"), nil).into(s.t, &run)
	if run["status"] != "completed" {
		s.t.Fatalf("the run is %v", run)
	}
	return run
}

// A submitted run has every member of the contract, at once and when it has
// finished.
func TestSubmittedRun(t *testing.T) {
	s := serve(t, runs.Options{})
	run := s.submit(`{"num_jobs": 3, "job_duration_ms": 1, "thresholds": ["p99 < 1h"]}`)
	for path, want := range map[string]any{
		"name": "", "note": "", "status": "queued", "queue_position": 1.0, "started_at": nil, "finished_at": nil,
		"progress": nil, "result": nil, "baseline": false,
		"spec.num_jobs": 3.0,
	} {
		if run.at(path) != want {
			t.Errorf("%s is %v, want %v", path, run.at(path), want)
		}
	}
	if labels, ok := run["labels"].(map[string]any); !ok || len(labels) != 0 {
		t.Errorf("the labels are %v", run["labels"])
	}
	var done document
	s.call("GET", fmt.Sprint("/v1/runs/", run["id"], "?wait=1m"), nil).into(t, &done)
	done.wantMembers(t, "finished run", map[string]any{
		"status": "completed", "result.benchmark_id": run["id"], "result.verdict": "pass", "result.jobs": nil,
		"progress.ok": 3.0,
	})
	if !done.time(t, "finished_at").After(done.time(t, "started_at")) ||
		done.time(t, "created_at").After(done.time(t, "started_at")) {
		t.Errorf("created %v, started %v, finished %v", done["created_at"], done["started_at"], done["finished_at"])
	}
	// A run of POST /benchmark/run is in the history too.
	var result document
	s.run(oneJob).into(t, &result)
	var kept document
	s.call("GET", fmt.Sprint("/v1/runs/", result["benchmark_id"]), nil).into(t, &kept)
	if kept["status"] != "completed" || kept.at("result.throughput") != result["throughput"] {
		t.Errorf("kept is %v", kept)
	}
	var page document
	s.call("GET", "/v1/runs?limit=1", nil).into(t, &page)
	list := page["runs"].([]any)
	if len(list) != 1 || page["next_cursor"] == "" {
		t.Fatalf("the page has %d runs and the next cursor %q, want 1 and some", len(list), page["next_cursor"])
	}
	if series := document(list[0].(map[string]any)).at("result.series"); series != nil {
		t.Errorf("a run in the list has the series %v", series)
	}
}

// A brief list has no details of results, such as their workers, and says so. What a
// row of a table shows is as in the whole list.
func TestBriefList(t *testing.T) {
	shelf := newStoringFake(degradedFake())
	s := New(newOptions(shelf))
	submit(t, shelf, `{"num_jobs": 3}`)
	shelf.runs[0].Labels = map[string]string{}
	var whole, brief document
	ask(t, s, "GET", "/v1/runs", "").into(t, &whole)
	ask(t, s, "GET", "/v1/runs?brief=true", "").into(t, &brief)
	row := document(brief["runs"].([]any)[0].(map[string]any))
	row.wantMembers(t, "brief run", map[string]any{
		"left_out": []any{"result.workers", "result.warnings"}, "result.workers": nil, "result.warnings": nil,
		"result.validity.state": "degraded", "result.sparkline": []any{50.0, 0.0, 100.0, 75.0},
	})
	result := whole["runs"].([]any)[0].(map[string]any)["result"].(map[string]any)
	if result["workers"] == nil || result["warnings"] == nil {
		t.Fatalf("the whole list has no workers or warnings: %v", result)
	}
	delete(result, "workers")
	delete(result, "warnings")
	if diff := cmp.Diff(any(result), row["result"]); diff != "" {
		t.Errorf("the brief result differs (-whole +brief):\n%s", diff)
	}
}

// Wrong requests are problem documents.
func TestWrongRequests(t *testing.T) {
	s := serve(t, runs.Options{Queue: 1})
	id := s.finished(oneJob)["id"].(string)
	noJobs := s.finished(`{"num_jobs": 1, "job_duration_ms": 0, "include_jobs": false}`)["id"].(string)
	running := s.submit(endless)["id"].(string)
	until(t, "the run to begin", func() bool { return s.manager.Stats().Active == 1 })
	s.submit(endless, "Idempotency-Key: k")
	tests := []struct {
		method, path, body string
		status             int
		says, location     string
	}{
		{"GET", "/v1/runs?limit=201", "", 400, "200", "query.limit"},
		{"GET", "/v1/runs?limit=0", "", 400, "1", "query.limit"},
		{"GET", "/v1/runs?limit=x", "", 400, "integer", "query.limit"},
		{"GET", "/v1/runs?status=done", "", 400,
			`must be one of queued, running, completed, failed, cancelled, interrupted; got "done"`, "query.status"},
		{"GET", "/v1/runs?brief=perhaps", "", 400, "bool", "query.brief"},
		{"GET", "/v1/runs?verdict=maybe", "", 400, "no_data", "query.verdict"},
		{"GET", "/v1/runs?label=team", "", 400, "must be key:value", "query.label"},
		{"GET", "/v1/runs?since=yesterday", "", 400, "", "query.since"},
		{"GET", "/v1/runs?cursor=wat", "", 400, "cursor", ""},
		{"GET", "/v1/runs?state=queued", "", 400, "unknown query parameter", "query.state"},
		{"GET", "/v1/runs/" + id + "?wait=1h", "", 400, "up to 10m", "query.wait"},
		{"GET", "/v1/runs/" + id + "?wait=-1s", "", 400, "up to 10m", "query.wait"},
		{"GET", "/v1/runs/" + id + "/jobs?format=xml", "", 400, "must be one of ndjson, csv, parquet", "query.format"},
		{"GET", "/v1/runs/" + id + "/histogram?of=x", "", 400, "latency, service_time", "query.of"},
		{"GET", "/v1/runs/benchmark-0", "", 404, "there is no run benchmark-0", ""},
		{"GET", "/v1/runs/benchmark-0/jobs", "", 404, "there is no run benchmark-0", ""},
		{"GET", "/v1/runs/benchmark-0/histogram", "", 404, "there is no run benchmark-0", ""},
		{"GET", "/v1/runs/" + noJobs + "/jobs", "", 404, "include_jobs is false", ""},
		{"GET", "/v1/runs/" + running + "/jobs", "", 409, "is running", ""},
		{"GET", "/v1/runs/" + running + "/histogram", "", 409, "has not finished", ""},
		{"DELETE", "/v1/runs/benchmark-0", "", 404, "there is no run benchmark-0", ""},
		{"DELETE", "/v1/runs/" + running, "", 409, "cancel it first", ""},
		{"POST", "/v1/runs/" + id + "/cancel", "", 409, "has finished", ""},
		{"POST", "/v1/runs/benchmark-0/cancel", "", 404, "there is no run benchmark-0", ""},
		{"PATCH", "/v1/runs/" + id, `{"nota": "x"}`, 400, "did you mean note?", "body.nota"},
		{"PATCH", "/v1/runs/" + id, `{"baseline": 1}`, 400, "must be true or false", "body.baseline"},
		{"PATCH", "/v1/runs/benchmark-0", `{"note": "x"}`, 404, "there is no run benchmark-0", ""},
		{"POST", "/v1/runs", `{"num_job": 1}`, 400, "did you mean num_jobs?", "body.num_job"},
		{"POST", "/v1/runs", `{"num_jobs": 1000000000}`, 400, "10000000", "body.num_jobs"},
		{"POST", "/v1/runs", `{"num_jobs": 1`, 400, "is not JSON", "body"},
		{"POST", "/v1/runs", paddedBody(2 << 20), 413, "1048576", ""},
		{"POST", "/v1/runs", oneJob, 429, "its limit of waiting runs is 1", ""},
		{"PUT", "/v1/runs/" + id, "", 405, "answers DELETE, GET, PATCH, not PUT", ""},
		{"GET", "/v1/runs/" + id + "/cancel", "", 405, "answers POST, not GET", ""},
		{"GET", "/v1/run", "", 404, "there is nothing at /v1/run", ""},
	}
	for _, test := range tests {
		got := s.call(test.method, test.path, strings.NewReader(test.body), isJSON)
		detail, wrong := got.problem(t, test.status)
		if !strings.Contains(detail, test.says) {
			t.Errorf("%s %s: %q does not contain %q", test.method, test.path, detail, test.says)
		}
		if _, ok := wrong[test.location]; ok != (test.location != "") {
			t.Errorf("%s %s: wrong are %v, want %q", test.method, test.path, wrong, test.location)
		}
		if (got.header.Get("Retry-After") != "") != (test.status == 429) {
			t.Errorf("%s %s: Retry-After is %q", test.method, test.path, got.header.Get("Retry-After"))
		}
	}
	for key, status := range map[string]int{"k": 422, strings.Repeat("k", 256): 400} {
		s.call("POST", "/v1/runs", strings.NewReader(oneJob), isJSON, "Idempotency-Key: "+key).problem(t, status)
	}
	if again := s.submit(endless, "Idempotency-Key: k"); again["queue_position"] != 1.0 {
		t.Errorf("the key's run is %v", again)
	}
	s.call("POST", "/v1/runs", strings.NewReader(oneJob), "Content-Type: text/plain").problem(t, 415)
	s.call("PATCH", "/v1/runs/"+id, strings.NewReader(`{}`), "Content-Type: text/plain").problem(t, 415)
}

// The jobs are the same in every format.
func TestJobsInEveryFormat(t *testing.T) {
	s := serve(t, runs.Options{})
	id := s.finished(`{"num_jobs": 50, "concurrency": 10, "job_duration_ms": 2}`)["id"].(string)
	var want []aurea.JobRecord
	lines := s.call("GET", "/v1/runs/"+id+"/jobs", nil)
	if lines.header.Get("Content-Type") != "application/x-ndjson" ||
		!strings.Contains(lines.header.Get("Content-Disposition"), id+".ndjson") {
		t.Errorf("as %s, %s", lines.header.Get("Content-Type"), lines.header.Get("Content-Disposition"))
	}
	for line := range bytes.Lines(lines.body) {
		job, err := aurea.ParseJobJSON(line)
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, job)
	}
	if len(want) != 50 {
		t.Fatalf("%d jobs", len(want))
	}
	table, err := csv.NewReader(bytes.NewReader(s.call("GET", "/v1/runs/"+id+"/jobs?format=csv", nil).body)).ReadAll()
	if err != nil || len(table) != 51 {
		t.Fatalf("%d rows (%v), want 51", len(table), err)
	}
	if last := table[50][0]; last != id+"-job-49" {
		t.Errorf("the last row is of %s, want job 49", last)
	}
	parquet := s.call("GET", "/v1/runs/"+id+"/jobs?format=parquet", nil)
	i := 0
	for job, err := range records.Read(parquet.body) {
		if err != nil || job != want[i] {
			t.Fatalf("job %d is %+v (%v), want %+v", i, job, err, want[i])
		}
		i++
	}
	if i != 50 {
		t.Errorf("%d jobs in Parquet", i)
	}
}

// The histogram is the result's, in formats of other tools.
func TestHistogram(t *testing.T) {
	s := serve(t, runs.Options{})
	run := s.finished(`{"num_jobs": 100, "concurrency": 10, "job_duration_ms": 2}`)
	at := fmt.Sprint("/v1/runs/", run["id"], "/histogram")
	text := string(s.call("GET", at, nil).body)
	first, encoded := strings.Index(text, "Value"), strings.Index(text, "Encoded = ")
	if first < 0 || encoded < 0 {
		t.Fatalf("the text lacks the first line or the encoded histogram: %s", text)
	}
	for _, part := range []string{"1/(1-Percentile)", "Total count"} {
		if !strings.Contains(text, part) {
			t.Fatalf("the text lacks %q: %s", part, text)
		}
	}
	decoded, err := hdrhistogram.Decode([]byte(strings.TrimRight(text[encoded+len("Encoded = "):], "]\n")))
	if err != nil || decoded.TotalCount() != 100 {
		t.Fatalf("decoded: %v", err)
	}
	p99 := run.number(t, "result.latency.p99")
	if got := float64(decoded.ValueAtQuantile(99)) / 1e9; got < p99*0.999 || got > p99*1.001 {
		t.Errorf("p99 is %v, the result's %v", got, p99)
	}
	var data document
	s.call("GET", at+"?format=json&of=delay", nil).into(t, &data)
	if data.number(t, "summary.p99") != run.number(t, "result.delay.p99") || data["of"] != "delay" {
		t.Errorf("as data: %v", data)
	}
	count := 0.0
	for _, bucket := range data["buckets"].([]any) {
		count += bucket.(map[string]any)["count"].(float64)
	}
	if count != 100 {
		t.Errorf("the buckets hold %v", count)
	}
}

// GET /v1/workloads lists every kind with the schema of its parameters.
func TestWorkloads(t *testing.T) {
	s := New(newOptions(finishingFake()))
	var list struct {
		Workloads []struct {
			Kind, Doc string
			Whole     bool
			Schema    struct {
				Properties map[string]any
			}
		}
	}
	ask(t, s, http.MethodGet, "/v1/workloads", "").into(t, &list)
	if len(list.Workloads) < 5 {
		t.Errorf("%d kinds", len(list.Workloads))
	}
	for i, kind := range s.options.Kinds {
		got := list.Workloads[i]
		constant, _ := got.Schema.Properties["kind"].(map[string]any)
		if got.Kind != kind.Name || got.Doc != kind.Doc {
			t.Errorf("%s is listed as %s: %q", kind.Name, got.Kind, got.Doc)
		}
		if want := kind.Name == "station"; got.Whole != want {
			t.Errorf("whole is %v for %s, want %v", got.Whole, kind.Name, want)
		}
		if constant["const"] != kind.Name {
			t.Errorf("the schema of %s has the kind %v", kind.Name, constant["const"])
		}
		if n := len(got.Schema.Properties); n != len(kind.Parameters)+1 {
			t.Errorf("the schema of %s has %d properties, want kind and %d parameters", kind.Name, n,
				len(kind.Parameters))
		}
	}
}
