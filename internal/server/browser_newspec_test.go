package server

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea/internal/runs"
)

// A spec with thresholds, prices, labels and a seed is chosen in the form, and
// copied as YAML, as curl and as a command line.
func TestBrowserNewThresholdsAndCopies(t *testing.T) {
	t.Parallel()
	s := serve(t, runs.Options{})
	b := newRun(t, s.URL, "", 0)
	for range 3 {
		b.click(".judge > button")
	}
	row := func(n int, part string) string {
		return fmt.Sprintf(`.thresholds [aria-label="Threshold %d: %s"]`, n, part)
	}
	b.enter(row(1, "value"), "1", row(1, "unit"), "m", row(2, "value"), "50", row(2, "when it fails"), "after",
		row(2, "not before"), "5s", row(3, "metric"), "", row(3, "expression"), "service_time.p75 <= 2s",
		field("num_jobs"), "3", field("kind"), "noop", field("name"), "it's", field("seed"), "18446744073709551615",
		field("labels"), "git.sha: 1a2b", field("per_job"), "0.5", field("currency"), "EUR", field("include_jobs"), "")
	texts := map[string]string{}
	for i, name := range []string{"YAML", "curl", "Command"} {
		b.click(fmt.Sprintf(`.copies [role=tab]:nth-child(%d)`, i+1))
		texts[name] = look[string](b, `document.querySelector(".copies pre").textContent`)
	}
	want := map[string]string{
		"YAML": `num_jobs: 3
workload:
  kind: noop
thresholds:
  - "p99 < 1m"
  - expression: "error_rate < 50%"
    abort_on_fail: true
    after: 5s
  - "service_time.p75 <= 2s"
name: "it's"
labels:
  git.sha: "1a2b"
seed: 18446744073709551615
include_jobs: true
pricing:
  per_job: 0.5
  currency: EUR
`,
		"curl": `curl -s ` + s.URL + `/v1/runs \
  -H 'Content-Type: application/json' \
  -d '{"num_jobs":3,"workload":{"kind":"noop"},"thresholds":["p99 < 1m",{"expression":"error_rate < 50%",` +
			`"abort_on_fail":true,"after":"5s"},"service_time.p75 <= 2s"],"name":"it'\''s",` +
			`"labels":{"git.sha":"1a2b"},"seed":18446744073709551615,"include_jobs":true,` +
			`"pricing":{"per_job":0.5,"currency":"EUR"}}'`,
		"Command": `aurea run --workload noop --jobs 3 --threshold 'p99 < 1m' ` +
			`--threshold 'error_rate < 50% abort after 5s' --threshold 'service_time.p75 <= 2s' --name 'it'\''s' ` +
			`--label git.sha=1a2b --seed 18446744073709551615 --include-jobs=true ` +
			`--set 'pricing={"per_job":0.5,"currency":"EUR"}'`,
	}
	if diff := cmp.Diff(want, texts); diff != "" {
		t.Errorf("the texts to copy (-want +got):\n%s", diff)
	}
	wantSpec(t, "the spec", `{"num_jobs": 3, "workload": {"kind": "noop"}, "name": "it's",
		"labels": {"git.sha": "1a2b"},
		"thresholds": ["p99 < 1m", {"expression": "error_rate < 50%", "abort_on_fail": true, "after": "5s"},
			"service_time.p75 <= 2s"], "seed": 18446744073709551615, "include_jobs": true,
		"pricing": {"per_second": 0.001, "per_job": 0.5, "currency": "EUR"}}`, b.starts(s))
}

// The form begins as a run was, and asks for the secrets that the run does not
// keep.
func TestBrowserNewFrom(t *testing.T) {
	t.Parallel()
	received := make(chan string, 4) // two runs of two requests
	target := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		received <- r.Header.Get("Authorization") + ", " + string(body)
	}))
	defer target.Close()
	s := serve(t, runs.Options{}, withWorkers(everyState))
	const rest = `"num_jobs": 2, "concurrency": 1, "seed": 18446744073709551615, "labels": {"a": "b"}, "warmup": "1ns",
		"thresholds": ["phases.wait.p99 < 1h", {"expression": "p50 < 1h", "abort_on_fail": true}],
		"workers": "local", "include_jobs": false`
	spec := func(header, body string) string {
		return fmt.Sprintf(`{%s, "workload": {"kind": "http", "url": %q, "headers": ["Authorization: %s"], "body": %q},
			"secrets": {"TOKEN": "s3cret"}}`, rest, target.URL, header, body)
	}
	var ran document
	s.call("POST", "/v1/runs", strings.NewReader(spec("Bearer s3cret", "a s3cret"))).into(t, &ran)
	id := ran.at("id").(string)
	b := newRun(t, s.URL, "?from="+id, 0)
	b.until(`document.querySelector(".preview .missing")`)
	missing := b.text(".preview .missing")
	for _, want := range []string{"TOKEN: Enter its value", "headers: Line 1: Enter it again where it says ***"} {
		if !strings.Contains(missing, want) {
			t.Errorf("the preview says %q, want %q in it", missing, want)
		}
	}
	b.enter("input[type=password]", "n3w-one", field("headers"), "Authorization: Bearer n3w-one")
	b.until(`document.querySelector(".preview .figures")`)
	if kept := look[string](b, `sessionStorage.getItem("aurea-draft")`); strings.Contains(kept, `TOKEN\":\"`) {
		t.Errorf("the draft keeps the value of a secret: %s", kept)
	}
	masked := spec("***", "a ***")
	want := decodeDocument(t, strings.Replace(masked, `{"TOKEN": "s3cret"}`, `["TOKEN"]`, 1))
	if diff := cmp.Diff(want, b.starts(s)); diff != "" {
		t.Errorf("the spec of the second run (-first +second):\n%s", diff)
	}
	for i := range 4 {
		want := "Bearer s3cret, a s3cret"
		if i >= 2 {
			want = "Bearer n3w-one, a n3w-one"
		}
		if got := <-received; got != want {
			t.Errorf("request %d has %q, want %q", i+1, got, want)
		}
	}
	b.mu.Lock()
	b.refused = 0 // plans without the secrets
	b.mu.Unlock()
}
