package server

import (
	"context"
	"encoding/json"
	"io"
	"maps"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/runs"
)

// A wrong body is a problem with the location and the rule, and starts nothing.
func TestWrongBodies(t *testing.T) {
	const jobsRule = "must be an integer from 1 to 10000000; got "
	const durationRule = "must be a number from 0 to 3600000; got "
	tests := []struct{ what, body, location, message string }{
		{"no body", ``, "body", "empty"},
		{"blank", " \n ", "body", "empty"},
		{"not JSON", `num_jobs=1`, "body", "not JSON"},
		{"cut off", `{"num_jobs": 1`, "body", "ends too early"},
		{"more behind", `{"num_jobs": 1} {}`, "body", "more than one JSON value"},
		{"a list", `[]`, "body", "must be a JSON object; got a list"},
		{"a string", `"num_jobs"`, "body", `must be a JSON object; got "num_jobs"`},
		{"null", `null`, "body", "must be a JSON object; got null"},
		{"nothing in it", `{}`, "body.num_jobs", "is needed"},
		{"no jobs", `{"num_jobs": 0}`, "body.num_jobs", jobsRule + "0"},
		{"fewer than none", `{"num_jobs": -5}`, "body.num_jobs", jobsRule + "-5"},
		{"a part of a job", `{"num_jobs": 1.5}`, "body.num_jobs", jobsRule + "1.5"},
		{"text", `{"num_jobs": "10"}`, "body.num_jobs", jobsRule + `"10"`},
		{"a boolean", `{"num_jobs": true}`, "body.num_jobs", jobsRule + "true"},
		{"null jobs", `{"num_jobs": null}`, "body.num_jobs", jobsRule + "null"},
		{"an object", `{"num_jobs": {}}`, "body.num_jobs", jobsRule + "an object"},
		{"one too many", `{"num_jobs": 10000001}`, "body.num_jobs", jobsRule + "10000001"},
		{"10^9", `{"num_jobs": 1000000000}`, "body.num_jobs", jobsRule + "1000000000"},
		{"2^63", `{"num_jobs": 9223372036854775808}`, "body.num_jobs", jobsRule + "9223372036854775808"},
		{"2^64+1", `{"num_jobs": 18446744073709551617}`, "body.num_jobs", jobsRule + "18446744073709551617"},
		{"10^400", `{"num_jobs": 1` + strings.Repeat("0", 400) + `}`, "body.num_jobs", jobsRule + "1000"},
		{"1e400", `{"num_jobs": 1e400}`, "body.num_jobs", jobsRule + "1e400"},
		{"no time", `{"num_jobs": 1, "job_duration_ms": -1}`, "body.job_duration_ms", durationRule + "-1"},
		{"text for time", `{"num_jobs": 1, "job_duration_ms": "x"}`, "body.job_duration_ms", durationRule + `"x"`},
		{"a boolean for time", `{"num_jobs": 1, "job_duration_ms": true}`, "body.job_duration_ms",
			durationRule + "true"},
		{"1e308", `{"num_jobs": 1, "job_duration_ms": 1e308}`, "body.job_duration_ms", durationRule + "1e308"},
		{"1e400 ms", `{"num_jobs": 1, "job_duration_ms": 1e400}`, "body.job_duration_ms", durationRule + "1e400"},
		{"NaN", `{"num_jobs": 1, "job_duration_ms": NaN}`, "body", "not JSON"},
		{"Infinity", `{"num_jobs": 1, "job_duration_ms": Infinity}`, "body", "not JSON"},
		{"an unknown field", `{"num_job": 10}`, "body.num_job", "did you mean num_jobs"},
		{"an unknown field beside", `{"num_jobs": 10, "jobs_duration_ms": 1}`, "body.jobs_duration_ms",
			"did you mean job_duration_ms"},
		{"two workloads", `{"num_jobs": 1, "job_duration_ms": 1, "workload": {"kind": "noop"}}`, "body.job_duration_ms",
			"cannot be combined with workload"},
		{"an unknown kind", `{"num_jobs": 1, "workload": {"kind": "slepe"}}`, "body.workload.kind",
			`must be one of sleep, noop`},
		{"an unknown parameter", `{"num_jobs": 1, "workload": {"kind": "sleep", "durations": "1s"}}`,
			"body.workload.durations", "did you mean duration"},
		{"a kind that is none", `{"num_jobs": 1, "workload": "sleep"}`, "body.workload", "must be an object"},
		{"deep lists", strings.Repeat("[", 100_000), "body", "nested deeper than 32 levels"},
		{"deep objects", strings.Repeat(`{"a":`, 100_000), "body", "nested deeper than 32 levels"},
		{"invalid UTF-8", "{\"name\": \"\xff\xfe\", \"num_jobs\": 1}", "body", "not valid UTF-8"},
		{"twice", `{"num_jobs": 1, "num_jobs": 2}`, "body.num_jobs", "is given twice"},
		{"a wrong threshold", `{"num_jobs": 1, "thresholds": ["p99 < 1s", "p99 ~ 1s"]}`, "body.thresholds[1]",
			"must be a metric"},
	}
	s := serve(t, runs.Options{})
	for _, test := range tests {
		detail, wrong := s.run(test.body).problem(t, 400)
		if message, ok := wrong[test.location]; !ok || !strings.Contains(message, test.message) {
			t.Errorf("%s: %v, want %q at %s", test.what, wrong, test.message, test.location)
		}
		if !strings.Contains(detail, test.message) {
			t.Errorf("%s: the sentence is %q, want %q in it", test.what, detail, test.message)
		}
	}
	if stats := s.manager.Stats(); len(stats.Runs)+len(stats.Recent) != 0 {
		t.Errorf("wrong bodies started runs: %v", stats.Runs)
	}
}

// All wrong fields are reported at once.
func TestAllWrongFieldsAreReported(t *testing.T) {
	got := ask(t, New(newOptions(finishingFake())), "POST", "/benchmark/run",
		`{"num_jobs": -1, "job_duration_ms": "x", "wat": 1}`)
	_, wrong := got.problem(t, 400)
	locations := slices.Sorted(maps.Keys(wrong))
	if want := []string{"body.job_duration_ms", "body.num_jobs", "body.wat"}; !slices.Equal(locations, want) {
		t.Errorf("reported %v, want %q", wrong, want)
	}
	for location, message := range wrong {
		if message == "" {
			t.Errorf("%s has no message", location)
		}
	}
}

// A too large number of jobs is refused before anything is allocated for it.
func TestHugeNumberAllocatesNothing(t *testing.T) {
	s := New(newOptions(finishingFake()))
	post := func() { ask(t, s, "POST", "/benchmark/run", `{"num_jobs": 1000000000}`).problem(t, 400) }
	post() // one-time allocations happen now
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	post()
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n >= 1<<20 {
		t.Errorf("%d bytes were allocated, want less than 1 MiB", n)
	}
}

// paddedBody returns a valid body of exactly that many bytes.
func paddedBody(bytes int) string { return oneJob + strings.Repeat(" ", bytes-len(oneJob)) }

// unknownLength hides the length of a body, so that it is sent in chunks.
type unknownLength struct{ io.Reader }

// A body may have up to 1 MiB, with or without a length, and is read no
// further.
func TestBodySize(t *testing.T) {
	started := 0
	s := serve(t, runs.Options{}, func(o *Options) { o.Runs = countingFake(&started) })
	for _, test := range []struct {
		bytes, status int
	}{{1<<20 - 1, 200}, {1 << 20, 200}, {1<<20 + 1, 413},
		{2 << 20, 413},
	} {
		for form, body := range map[string]io.Reader{
			"with its length": strings.NewReader(paddedBody(test.bytes)),
			"in chunks":       unknownLength{strings.NewReader(paddedBody(test.bytes))},
		} {
			got := s.call("POST", "/benchmark/run", body, "Content-Type: application/json")
			if got.status != test.status {
				t.Errorf("%d bytes %s: %d, want %d", test.bytes, form, got.status, test.status)
			}
			if got.status == 413 {
				if detail, _ := got.problem(t, 413); !strings.Contains(detail, "1048576 bytes") {
					t.Errorf("%d bytes %s: %q does not name the limit", test.bytes, form, detail)
				}
			}
		}
	}
	if started != 4 {
		t.Errorf("%d runs were started, want the 4 of bodies up to 1 MiB", started)
	}
}

// Only uncompressed JSON is accepted: the size of a compressed body is unknown.
func TestMediaTypes(t *testing.T) {
	tests := []struct {
		headers []string
		status  int
	}{
		{nil, 200},
		{[]string{"Content-Type: application/json"}, 200},
		{[]string{"Content-Type: application/json; charset=utf-8"}, 200},
		{[]string{"Content-Type: Application/JSON"}, 200},
		{[]string{"Content-Type: application/vnd.aurea+json"}, 200},
		{[]string{"Content-Type: application/json", "Content-Encoding: identity"}, 200},
		{[]string{"Content-Type: application/x-www-form-urlencoded"}, 415},
		{[]string{"Content-Type: multipart/form-data; boundary=x"}, 415},
		{[]string{"Content-Type: application/xml"}, 415},
		{[]string{"Content-Type: text/plain"}, 415},
		{[]string{"Content-Type: json"}, 415},
		{[]string{"Content-Type: application/jsonp"}, 415},
		{[]string{"Content-Type: application/json", "Content-Encoding: gzip"}, 415},
		{[]string{"Content-Type: application/json", "Content-Encoding: br"}, 415},
	}
	for _, test := range tests {
		started := 0
		got := ask(t, New(newOptions(countingFake(&started))), "POST", "/benchmark/run", oneJob, test.headers...)
		if got.status != test.status || (started == 1) != (test.status == 200) {
			t.Errorf("%v: %d and %d runs, want %d", test.headers, got.status, started, test.status)
		}
		if test.status == 415 {
			got.problem(t, 415)
		}
	}
}

// Any body gets a JSON response without a 5xx status, and exactly what
// DecodeSpec accepts is accepted.
func FuzzRunBody(f *testing.F) {
	for _, seed := range []string{
		``, `{}`, `[]`, `null`, oneJob, `{"num_jobs": 1e400}`, `{"num_jobs": 5, "include_jobs": false}`,
		`{"num_job": 1}`,
		`{"num_jobs": 10, "workload": {"kind": "sleep", "duration": "1s", "jitter": 0.5}, "labels": {"a": "b"}, "seed": 18446744073709551615}`,
		`{"rate": 5, "duration": "1s", "arrival": "poisson", "concurrency": 3, "on_saturation": "drop", "warmup": "100ms"}`,
		`{"stages": [{"duration": "1s", "rate": 10}], "thresholds": ["p99.9 < 1s", "error_rate < 1%"], "timeout": "1s"}`,
		`{"num_jobs": 1, "pricing": {"per_second": 1e9, "per_job": 0, "currency": "USD"}, "name": "\ud800 ` + "\u2028" +
			` <&>"}`,
		strings.Repeat("[", 50), "{\"\xff\": 1}", `{"num_jobs": 1, "num_jobs": 2}`,
	} {
		f.Add([]byte(seed))
	}
	s := New(newOptions(fake{do: func(_ context.Context, spec aurea.Spec) (aurea.Run, error) {
		result := &aurea.Result{ID: "benchmark-1", Status: aurea.StatusCompleted, Spec: spec}
		return aurea.Run{ID: result.ID, Status: result.Status, Spec: spec, Result: result}, nil
	}}))
	f.Fuzz(func(t *testing.T, body []byte) {
		got := ask(t, s, "POST", "/benchmark/run", string(body))
		if !json.Valid(got.body) {
			t.Fatalf("the answer is not JSON: %d %q", got.status, got.body)
		}
		spec, err := aurea.DecodeSpec(body)
		if len(body) > maxBody {
			got.problem(t, 413)
			return
		}
		if err != nil {
			if _, wrong := got.problem(t, 400); len(wrong) == 0 {
				t.Fatalf("no location is named: %s", got.body)
			}
			return
		}
		var r struct{ Spec json.RawMessage }
		got.into(t, &r)
		again, err := aurea.DecodeSpec(r.Spec)
		if got.status != 200 || err != nil {
			t.Fatalf("%d with the spec %s (%v) for %q", got.status, r.Spec, err, body)
		}
		type fields struct {
			jobs     int64
			name     string
			duration aurea.Duration
		}
		sent, stored := fields{spec.NumJobs, spec.Name, spec.Duration},
			fields{again.NumJobs, again.Name, again.Duration}
		if sent != stored {
			t.Fatalf("stored %+v, want %+v for %q", stored, sent, body)
		}
	})
}
