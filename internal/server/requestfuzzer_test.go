package server

import (
	"context"
	"encoding/json"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/runs"
)

// A requestFuzzer makes requests from the description of the API, valid ones
// and some with a few errors.
type requestFuzzer struct {
	*service
	random   *rand.Rand
	document map[string]any
	specs    []string // valid specs to start with
	ids      []string // of accepted runs
	gone     map[string]bool
	answers  map[int]int
}

// Requests made from the API's own description, valid or not, never get a 5xx,
// every response conforms to the description, and all accepted runs are
// accounted for. make requests sends a hundred thousand.
func TestTorturedByItsOwnDescription(t *testing.T) {
	t.Parallel()
	times, seed := 800, rand.Uint64()
	if n, err := strconv.Atoi(os.Getenv("AUREA_REQUESTS")); err == nil {
		times = n
	}
	if n, err := strconv.ParseUint(os.Getenv("AUREA_REQUESTS_SEED"), 10, 64); err == nil {
		seed = n
	}
	t.Logf("AUREA_REQUESTS_SEED=%d", seed)
	target := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"ok": true}`))
	}))
	defer target.Close()
	s := &requestFuzzer{service: serve(t, runs.Options{}), random: rand.New(rand.NewPCG(seed, 0)),
		gone: map[string]bool{}, answers: map[int]int{}}
	s.call("GET", "/openapi.json", nil).into(t, &s.document)
	s.specs = []string{
		`{"num_jobs": 3, "job_duration_ms": 1}`,
		`{"num_jobs": 5, "workload": {"kind": "noop"}, "concurrency": 2, "thresholds": ["p99 < 1s", "error_rate < 1%"], "name": "a", "labels": {"k": "v"}, "seed": 7}`,
		`{"rate": 500, "duration": "10ms", "arrival": "poisson", "on_saturation": "drop", "concurrency": 1, "workload": {"kind": "sleep", "duration": "3ms", "failure": {"rate": 0.3}}}`,
		`{"stages": [{"duration": "5ms", "rate": 400}, {"duration": "5ms", "rate": 0}], "warmup": "2ms", "timeout": "5ms", "pricing": {"per_job": 0.1}, "include_jobs": false}`,
		`{"num_jobs": 4, "workload": {"kind": "http", "url": "` + target.URL +
			`", "headers": {"Accept": "a"}, "expect": {"status": [200]}}}`,
		`{"num_jobs": 4, "workload": {"kind": "mix", "parts": [{"name": "a", "weight": 1, "workload": {"kind": "noop"}}]}}`,
	}
	for i := 0; i < times && !t.Failed(); i++ {
		s.request()
	}
	t.Logf("answers by status: %v", s.answers)
	for _, status := range []int{200, 202, 400, 404} {
		if s.answers[status] == 0 {
			t.Errorf("no request was answered with %d: the test is too weak", status)
		}
	}
	s.checkAccounts()
}

// request sends a request and checks the response.
func (s *requestFuzzer) request() {
	r := routes[s.random.IntN(len(routes))]
	operation := s.document["paths"].(map[string]any)[r.path].(map[string]any)[strings.ToLower(r.method)].(map[string]any)
	path, query, headers := r.path, url.Values{}, []string{isJSON}
	given, _ := operation["parameters"].([]any)
	for _, parameter := range given {
		p := parameter.(map[string]any)
		name, value := p["name"].(string), s.parameter(p)
		switch p["in"] {
		case "path":
			path = strings.ReplaceAll(path, "{"+name+"}", url.PathEscape(s.id()))
		case "query":
			if s.random.IntN(3) == 0 {
				query.Add(name, value)
			}
		case "header":
			if s.random.IntN(2) == 0 {
				headers = append(headers, name+": "+strings.Map(printable, value))
			}
		}
	}
	if s.random.IntN(20) == 0 {
		query.Add(s.text(), s.text())
	}
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	s.send(r.method, path, s.body(r.path), headers)
}

func printable(c rune) rune {
	if c < ' ' || c == 0x7f {
		return '.'
	}
	return c
}

// send checks the response to a request and cancels the run that it started.
func (s *requestFuzzer) send(method, path, body string, headers []string) {
	ctx, leave := context.WithTimeout(s.t.Context(), 500*time.Millisecond)
	defer leave()
	request, err := http.NewRequestWithContext(ctx, method, s.URL+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	setHeaders(request, headers)
	got := s.try(request)
	if ctx.Err() != nil {
		return // a long run, which the test does not wait for
	}
	s.answers[got.status]++
	if got.status == 0 || got.status >= 500 {
		s.t.Errorf("%s %.300s with %v %.2000s\nis answered with %d %.300s", method, path, headers, body, got.status,
			got.body)
	}
	checkConforms(s.t, method, path, got)
	var run struct {
		ID string `json:"id"`
	}
	switch {
	case got.status == http.StatusAccepted && strings.HasPrefix(path, "/v1/runs") && method == "POST":
		got.into(s.t, &run)
		if !slices.Contains(s.ids, run.ID) {
			s.ids = append(s.ids, run.ID)
		}
		s.call("GET", "/v1/runs/"+run.ID+"?wait=30ms", nil)
		s.call("POST", "/v1/runs/"+run.ID+"/cancel", nil)
		s.call("GET", "/v1/runs/"+run.ID+"?wait=1m", nil)
	case got.status == http.StatusNoContent && method == "DELETE":
		id, _, _ := strings.Cut(strings.TrimPrefix(path, "/v1/runs/"), "?")
		s.gone[id] = true
	case got.status == http.StatusOK && path == "/benchmark/run":
		var result aurea.Result
		got.into(s.t, &result)
		checkCounts(s.t, &result)
	}
}

// checkCounts checks that the counts of a result are consistent.
func checkCounts(t testing.TB, r *aurea.Result) {
	t.Helper()
	c := r.Counts
	if sum := c.OK + c.Failed + c.Timeout + c.Cancelled + c.Dropped + c.Lost; sum != c.Planned {
		t.Errorf("%s: %d jobs are accounted for, %d were planned: %+v", r.ID, sum, c.Planned, c)
	}
	if r.CompletedJobs != c.OK {
		t.Errorf("%s: completed_jobs %d, counts.ok %d", r.ID, r.CompletedJobs, c.OK)
	}
	if r.FailedJobs != c.Failed+c.Timeout {
		t.Errorf("%s: failed_jobs %d, failed and timeout %d", r.ID, r.FailedJobs, c.Failed+c.Timeout)
	}
}

// checkAccounts checks that every accepted run exists, has ended, and has
// consistent counts.
func (s *requestFuzzer) checkAccounts() {
	for _, id := range s.ids {
		got := s.call("GET", "/v1/runs/"+id+"?wait=1m", nil)
		if s.gone[id] {
			got.problem(s.t, 404)
			continue
		}
		var run aurea.Run
		got.into(s.t, &run)
		if got.status != http.StatusOK || !run.Status.Finished() {
			s.t.Errorf("run %s: %d, %s", id, got.status, run.Status)
		}
		if run.Result != nil {
			checkCounts(s.t, run.Result)
		}
	}
}

// id returns the id of a run, or another text.
func (s *requestFuzzer) id() string {
	if len(s.ids) > 0 && s.random.IntN(4) > 0 {
		return s.ids[s.random.IntN(len(s.ids))]
	}
	if text := s.text(); text != "" && text != "." && text != ".." {
		return text
	}
	return "none"
}

// parameter returns a value for a declared parameter.
func (s *requestFuzzer) parameter(p map[string]any) string {
	schema, _ := p["schema"].(map[string]any)
	if s.random.IntN(2) == 0 {
		return s.text()
	}
	if p["name"] == "base" || p["name"] == "head" {
		return s.id()
	}
	if value, ok := s.value(schema).(string); ok {
		return value
	}
	encoded, _ := json.Marshal(s.value(schema))
	return string(encoded)
}

var oddTexts = []string{"", "a", "0", "-1", "1e400", "NaN", "null", "true", "[]", "{}", "1s", "-1s", "0s", "1ms", "25h",
	"1970-01-01T00:00:00Z", "0000-00-00", "p99 < 1s", "p0 < 1",
	"completed", "completed,failed", "k:v", ":", "name:a", "baseline", "csv", "parquet", "json", "ns", "%", "\x00",
	"\xff", "\n", "\u2028", "ü", "../..", "a/b", "' OR 1=1 --", "{{job}}", "***", "9223372036854775808"}

func (s *requestFuzzer) text() string {
	if s.random.IntN(30) == 0 {
		return strings.Repeat("x", 1<<s.random.IntN(13))
	}
	return oddTexts[s.random.IntN(len(oddTexts))]
}

// value returns a value for a schema: valid, at a bound, just beyond it, or of
// another type.
func (s *requestFuzzer) value(schema map[string]any) any {
	bounds := []any{}
	for _, name := range []string{"minimum", "maximum", "exclusiveMinimum"} {
		// a run with the maximum of jobs would take too long
		if bound, ok := schema[name].(float64); ok && bound < 1e6 {
			bounds = append(bounds, bound, bound-1, bound+1)
		} else if ok {
			bounds = append(bounds, bound+1, bound*10)
		}
	}
	if options, ok := schema["enum"].([]any); ok {
		bounds = append(bounds, options...)
	}
	odd := []any{nil, true, false, 0, -1, 1, 2, 1.5, 1e300, json.Number("1e400"), s.text(), s.text(), []any{},
		[]any{s.text()}, map[string]any{}, map[string]any{s.text(): s.text()}, []any{[]any{[]any{}}}}
	all := append(odd, append(bounds, bounds...)...)
	return all[s.random.IntN(len(all))]
}

// body returns a body for an operation: a spec, a change, a load, or something
// else.
func (s *requestFuzzer) body(path string) string {
	var whole any
	var schema map[string]any
	schemas := s.document["components"].(map[string]any)["schemas"].(map[string]any)
	switch {
	case strings.HasSuffix(path, "/load"):
		whole, schema = map[string]any{"rate": 5}, schemas["Load"].(map[string]any)
	case path == "/v1/runs/{id}":
		whole, schema = map[string]any{"note": "n"}, schemas["RunChange"].(map[string]any)
	case path == "/v1/runs" || path == "/benchmark/run":
		decoder := json.NewDecoder(strings.NewReader(s.specs[s.random.IntN(len(s.specs))]))
		decoder.UseNumber()
		if err := decoder.Decode(&whole); err != nil {
			s.t.Fatal(err)
		}
		schema = schemas["Spec"].(map[string]any)
	default:
		return ""
	}
	for range s.random.IntN(3) {
		s.mutate(whole.(map[string]any), schema)
	}
	encoded, err := json.Marshal(whole)
	if err != nil { // not representable in JSON
		return `{"num_jobs": 1e400}`
	}
	if s.random.IntN(30) == 0 {
		return string(encoded[:s.random.IntN(len(encoded))]) + s.text()
	}
	return string(encoded)
}

// mutate changes a member of an object or of a nested one.
func (s *requestFuzzer) mutate(object, schema map[string]any) {
	properties, _ := schema["properties"].(map[string]any)
	names := slices.Sorted(maps.Keys(properties))
	if kinds, ok := schema["oneOf"].([]any); ok { // the parameters of any workload
		one := kinds[s.random.IntN(len(kinds))].(map[string]any)
		properties, _ = one["properties"].(map[string]any)
		names = slices.Sorted(maps.Keys(properties))
	}
	names = append(names, s.text())
	name := names[s.random.IntN(len(names))]
	inner, _ := properties[name].(map[string]any)
	switch within := object[name].(type) {
	case map[string]any:
		if s.random.IntN(4) > 0 {
			s.mutate(within, inner)
			return
		}
	case []any:
		if items, _ := inner["items"].(map[string]any); len(within) > 0 && s.random.IntN(4) > 0 {
			if element, ok := within[0].(map[string]any); ok {
				s.mutate(element, items)
				return
			}
			within[0] = s.value(items)
			return
		}
	}
	if s.random.IntN(4) == 0 {
		delete(object, name)
		return
	}
	object[name] = s.value(inner)
}
