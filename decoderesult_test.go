package aurea

import (
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const finished = `{"benchmark_id": "benchmark-1", "status": "completed", "counts": {"planned": 2, "ok": 2},
	"throughput": 5}`

// withWorkers returns a finished result with workers.
func withWorkers(workers string) string {
	return strings.Replace(finished, `"throughput"`, `"workers": `+workers+`, "throughput"`, 1)
}

func TestDecodeResults(t *testing.T) {
	whole, err := os.ReadFile("testdata/result.json")
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]int{
		finished:                                             1,
		finished + "\n" + finished + finished:                3,
		string(whole) + finished:                             2,
		`{"id": "x", "result": ` + finished + `}`:            1,
		`{"id": "x", "result": ` + finished + `}` + finished: 2,
		strings.Replace(finished, "}", `}, "jobs": [{"job_id": 1}], "added later": {}`, 1): 1,
	} {
		results, err := DecodeResults([]byte(text))
		if err != nil || len(results) != want {
			t.Errorf("%s: %d results (%v), want %d", text, len(results), err, want)
		}
	}
	results, err := DecodeResults(whole)
	if err != nil {
		t.Fatal(err)
	}
	again, err := json.MarshalIndent(results[0], "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	var was, is any
	if err := errors.Join(json.Unmarshal(whole, &was), json.Unmarshal(again, &is)); err != nil {
		t.Fatal(err)
	}
	delete(was.(map[string]any), "jobs")
	if diff := cmp.Diff(was, is); diff != "" {
		t.Errorf("decoded and encoded again (-want +got):\n%s", diff)
	}
}

func TestDecodeResultsErrors(t *testing.T) {
	for text, want := range map[string]string{
		"":                                    "there is nothing in it",
		" \n":                                 "there is nothing in it",
		`{"benchmark_id": "x"`:                "the document is not JSON: it ends too early",
		"num_jobs: 5\n":                       "the document is not JSON: invalid character 'm'",
		"[]":                                  "this is no result: it has no benchmark_id or no counts",
		"null":                                "this is no result",
		`{"num_jobs": 5}`:                     "this is no result",
		`{"runs": []}`:                        "this is no result",
		`{"id": "x", "result": null}`:         "this is no result",
		`{"benchmark_id": "x", "counts": {}}`: `result "x": the status must be one of a finished run; got ""`,
		`{"benchmark_id": "x", "counts": {}, "status": "running"}`:                          `got "running"`,
		`{"benchmark_id": "x", "counts": {"planned": 3, "ok": 2}, "status": "completed"}`:   "does not add up",
		`{"benchmark_id": "x", "counts": {"planned": -1, "ok": -1}, "status": "completed"}`: "counts.ok must be from 0",
		`{"benchmark_id": "x", "counts": {"planned": "many"}}`:                              `result "x" cannot be read: json: cannot unmarshal string`,
		finished + `{"benchmark_id": "y"}`:                                                  "behind 1 results: this is no result",
		withWorkers(`{"of": [{"state": "ended"}]}`):                                         "workers.count must be from 1, which are listed, to 100000; got 0",
		withWorkers(`{"count": 1, "lost": 2}`):                                              "workers.lost must be from 0 to 1; got 2",
		withWorkers(`{"count": 1, "of": [{"state": "idle"}]}`):                              `workers.of[0].state must be ended or lost; got "idle"`,
		withWorkers(`{"count": 1, "of": [{"state": "lost", "counts": {"ok": -1}}]}`):        "workers.of[0].counts.ok must be from 0 to 1000000000000000; got -1",
		withWorkers(`{"count": 1, "rest": {"counts": {"lost": 10000000000000000}}}`):        "workers.rest.counts.lost must be from 0 to 1000000000000000; got 10000000000000000",
		withWorkers(`{"count": 500, "of": [` + strings.Repeat(`{}, `, 256) + `{}]}`):        "workers.of must be a list of up to 256; got 257",
		finished + "}": "behind 1 results: the document is not JSON",
	} {
		results, err := DecodeResults([]byte(text))
		if !errors.Is(err, ErrInvalid) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v; want %q", text, err, want)
		}
		if results != nil {
			t.Errorf("%s: %d results beside the error", text, len(results))
		}
	}
}

// Law: DecodeResults returns an ErrInvalid with a message, or results. Package
// compare fuzzes what becomes of those.
func FuzzDecodeResults(f *testing.F) {
	whole, err := os.ReadFile("testdata/result.json")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Add([]byte(finished + finished))
	f.Add([]byte(`{"id": "x", "result": ` + finished + `}`))
	f.Add([]byte(withWorkers(`{"count": 3, "lost": 1, "of": [{"state": "lost", "counts": {"planned": 1, "lost": 1}},
		{"state": "ended", "environment": {"cpu": "a"}}], "rest": {"count": 1, "counts": {"ok": 1}}}`)))
	f.Add([]byte(strings.Replace(finished, "{", `{"scenarios": [{"name": "a", "status": "completed",
		"latency": {"count": 5},
		"thresholds": [{"expression": "p99 < 1s", "value": 1e308}]}, {"name": "a"}, {}],`, 1)))
	other := strings.NewReplacer("5", "1.7e308", "-1", "-2").Replace(finished)
	f.Add([]byte(strings.Replace(finished, "5", "1e308", 1) + other))
	f.Fuzz(func(t *testing.T, data []byte) {
		results, err := DecodeResults(data)
		switch {
		case err == nil && len(results) == 0:
			t.Error("no results and no error")
		case err != nil && (!errors.Is(err, ErrInvalid) || err.Error() == ""):
			t.Errorf("the error is %v", err)
		}
	})
}
