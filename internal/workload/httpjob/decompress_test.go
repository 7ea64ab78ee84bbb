package httpjob

import (
	"compress/gzip"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/httpclient"
	"github.com/aurea-orchestrator/aurea/internal/workload"
	"github.com/aurea-orchestrator/aurea/internal/workload/workloadtest"
)

// serveGzip starts a server that answers every request with a body, compressed if
// the client accepts gzip.
func serveGzip(t *testing.T, body string) (url string) {
	t.Helper()
	return serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Accepted", r.Header.Get("Accept-Encoding"))
		w.Header().Set("Location", "/job")
		if !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			fmt.Fprint(w, body)
			return
		}
		w.Header().Set("Content-Encoding", "gzip")
		zipped := gzip.NewWriter(w)
		fmt.Fprint(zipped, body)
		if err := zipped.Close(); err != nil {
			t.Error(err)
		}
	}).URL
}

// doneBody is the answer of a service whose job is done.
var doneBody = `{"status": "done", "id": 7, "long": "` + strings.Repeat("same ", 2000) + `last"}`

// With decompress, what the spec says of a body holds for the decoded body. The
// wire carries fewer bytes than are decoded.
func TestDecompress(t *testing.T) {
	url, size := serveGzip(t, doneBody), int64(len(doneBody))
	for name, parameters := range map[string]string{
		"json":     `"expect": {"json": {"path": "$.id", "equals": 7}}`,
		"contains": `"expect": {"contains": "same last"}`,
		"nothing":  `"keepalive": false`,
		"own":      `"headers": {"accept-encoding": "gzip"}, "expect": {"json": {"path": "$.id"}}`,
		"identity": `"headers": {"accept-encoding": "identity"}, "expect": {"json": {"path": "$.id"}}`,
		"redirect": `"redirects": 1`,
	} {
		o := runJob(t, url, `{"url": "$URL", "decompress": true, `+parameters+`}`, 0)
		if o.Err != nil || o.Counters["bytes_decoded"] != size {
			t.Errorf("%s: %v with %d bytes decoded, want %d", name, o.Err, o.Counters["bytes_decoded"], size)
		}
		if in := o.Counters["bytes_in"]; (in < size) != (name != "identity") {
			t.Errorf("%s: %d bytes came, and %d were decoded", name, in, size)
		}
	}
	o := runJob(t, url, `{"url": "$URL", "decompress": true, "poll": {}}`, 0)
	if o.Err != nil || o.Counters["bytes_decoded"] != size || o.Counters["poll_bytes_decoded"] != size {
		t.Errorf("a poll: %v with %v, want %d bytes decoded of each", o.Err, o.Counters, size)
	}
	if in := o.Counters["poll_bytes_in"]; in == 0 || in >= size {
		t.Errorf("a poll: %d bytes came, and %d were decoded", in, size)
	}
}

// Without decompress nothing is asked for, decoded or counted. With it the header
// of the spec is sent in place of the client's.
func TestDecompressAsks(t *testing.T) {
	for parameters, want := range map[string]string{
		``:                      "",
		`, "decompress": false`: "",
		`, "decompress": true`:  httpclient.AcceptEncoding,
		`, "decompress": true, "headers": {"ACCEPT-encoding": "br;q=0, *"}`: "br;q=0, *",
	} {
		got := "nothing"
		url := serve(t, func(_ http.ResponseWriter, r *http.Request) {
			got = strings.Join(r.Header.Values("Accept-Encoding"), "; ")
		}).URL
		o := runJob(t, url, `{"url": "$URL"`+parameters+`}`, 0)
		if got != want {
			t.Errorf("%s: asks for %q, want %q", parameters, got, want)
		}
		if _, counted := o.Counters["bytes_decoded"]; counted != strings.Contains(parameters, "true") {
			t.Errorf("%s: bytes_decoded is counted: %v", parameters, counted)
		}
	}
}

// Later steps use what the decoded body says.
func TestDecompressCaptures(t *testing.T) {
	url := serveGzip(t, doneBody)
	steps := workloadtest.Parse(t, strings.ReplaceAll(`{"steps": [
		{"kind": "http", "url": "$URL", "decompress": true, "capture": {"id": "$.id", "word": "regex (l[a-z]+)\""}},
		{"kind": "http", "url": "$URL/{{id}}/{{word}}", "decompress": true}
	]}`, "$URL", url))
	o := runOf(t, workloadtest.Open(t, local, aurea.Workload{Kind: "steps", Parameters: steps}), 0)
	if o.Err != nil {
		t.Error(o.Err)
	}
}

// A sample keeps the beginning of the decoded body, and its size.
func TestDecompressSamples(t *testing.T) {
	parameters := map[string]any{"url": serveGzip(t, doneBody), "decompress": true}
	plan := aurea.Plan{Workload: call(parameters), Seed: 1, Spec: aurea.Spec{
		Timeout: aurea.Duration(time.Hour), NumJobs: 1, Sample: 1,
	}}
	jobs, sampler := workloadtest.OpenPlan(t, local, plan), workload.NewSampler(plan)
	sample := sampler.NewJobSample()
	sample.Begin(0)
	ctx := workload.NewJobContext(t.Context()).Sampling(sample).Until(time.Now().Add(time.Minute))
	if err := jobs.Runner.Run(ctx, 0, workload.NewJobMetrics(jobs.Metrics)); err != nil {
		t.Fatal(err)
	}
	sample.End(aurea.OK, "", nil, 0, time.Second)
	response := sampler.Jobs()[0].Exchanges[0].Response
	if want := doneBody[:aurea.MaxSampledBody]; response.Body != want || !response.Cut {
		t.Errorf("the sample has %.60q, cut: %v; want %.60q", response.Body, response.Cut, want)
	}
	if response.Bytes != int64(len(doneBody)) {
		t.Errorf("the sample says that the body has %d bytes, want %d", response.Bytes, len(doneBody))
	}
}

// A body that is no gzip fails the job with a class of its own, and a bomb with
// that of a body that is too long.
func TestDecompressFails(t *testing.T) {
	broken := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		fmt.Fprint(w, "as it was written")
	}).URL
	o := runJob(t, broken, `{"url": "$URL", "decompress": true}`, 0)
	if want := "decoding the body of the answer from gzip: gzip: invalid header"; o.Class() != "encoding" ||
		workloadtest.Message(o.Err) != want {
		t.Errorf("no gzip: class %q and %v, want encoding and %q", o.Class(), o.Err, want)
	}
	o = runJob(t, serveGzip(t, doneBody), `{"url": "$URL", "decompress": true, "max_bytes": 9000}`, 0)
	if o.Class() != "body" || o.Counters["bytes_in"] > 9000 {
		t.Errorf("a bomb: class %q (%v) after %d bytes, want body", o.Class(), o.Err, o.Counters["bytes_in"])
	}
}

// The encoded bodies of all jobs in flight count against the memory limit beside
// what is kept of the decoded ones.
func TestDecompressMemoryIsCounted(t *testing.T) {
	set := with(workload.Policy{MaxMemory: 64 << 20})
	for _, test := range []struct {
		parameters string
		inFlight   int64
		refused    bool
	}{
		{`"decompress": true`, 64, false},
		{`"decompress": true, "connections": 65`, 65, true},
		{`"decompress": true, "connections": 65, "max_bytes": 10000`, 65, false},
		{`"decompress": true, "expect": {"json": {"path": "$.a"}}, "connections": 32`, 32, false},
		{`"decompress": true, "expect": {"json": {"path": "$.a"}}, "connections": 33`, 33, true},
		{`"decompress": false, "connections": 65`, 65, false},
	} {
		parameters := workloadtest.Parse(t, `{"url": "http://127.0.0.1:1/", `+test.parameters+`}`)
		got := workloadtest.Refusal(set, call(parameters), test.inFlight)
		if strings.HasPrefix(got, "workload.max_bytes: is too much") != test.refused {
			t.Errorf("%s, %d in flight: %q, refused: want %v", test.parameters, test.inFlight, got, test.refused)
		}
	}
}
