package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/aureatest"
	"github.com/aurea-orchestrator/aurea/internal/store"
)

// placedSecrets are the secrets of placedSpec and sampledSpec. Only the first is
// named; what the others are follows from where they stand.
var placedSecrets = []string{
	namedSecret, "s3cr3t-password", "s3cr3t-lone-token", "s3cr3t-of-url", "s3cr3t-parameter", "s3cr3t-header",
	"s3cr3t-basic", "s3cr3t-form",
}

// placedSpec has secrets wherever a spec can have one. Its jobs fail, so that their
// errors may quote them.
const placedSpec = `
name: of ${T_SECRET}
labels: {of: "${T_SECRET}"}
secrets: [T_SECRET]
include_jobs: true
scenarios:
  - name: steps
    num_jobs: 3
    data: {file: keys.csv}
    workload:
      kind: steps
      steps:
        - name: one
          kind: http
          url: TARGET/at/${T_SECRET}?of={{data.key}}
          headers: {X-Plain: "a ${T_SECRET}"}
          body: {is: "${T_SECRET}", row: "{{data.key}}"}
          capture: {key: "regex (?s)${T_SECRET}.*"}
        - {name: two, kind: http, url: "TARGET/{{key}}", headers: {X-Key: "{{key}}"}}
  - name: wrong
    start: 0s
    num_jobs: 3
    workload:
      kind: http
      url: TARGET
      body: {is: "${T_SECRET}"}
      expect: {json: {path: $.is, equals: "not ${T_SECRET}"}}
  - name: password
    num_jobs: 2
    workload:
      kind: http
      url: TARGET/?token=s3cr3t-parameter
      headers: {Authorization: Bearer s3cr3t-header}
      proxy: http://me:s3cr3t-password@PROXY
      expect: {contains: other}
  - name: token
    num_jobs: 2
    workload:
      kind: http
      url: TARGET/?api_key=s3cr3t-parameter
      proxy: http://s3cr3t-lone-token@PROXY
      form: {password: s3cr3t-form}
      expect: {status: 200}
  - name: closed
    num_jobs: 2
    workload:
      kind: http
      url: TARGET/?token=s3cr3t-parameter
      basic_auth: {user: me, password: s3cr3t-basic}
      proxy: http://s3cr3t-lone-token:@CLOSED
thresholds: [error_rate < 1%]
`

// sampledSpec keeps the requests of its jobs, which no scenario can.
const sampledSpec = `
num_jobs: 2
sample: 2
include_jobs: true
secrets: [T_SECRET]
workload:
  kind: http
  url: TARGET/${T_SECRET}?token=s3cr3t-parameter
  proxy: http://s3cr3t-lone-token@PROXY
  headers: {Authorization: Bearer s3cr3t-header, X-Plain: "${T_SECRET}"}
  body: {is: "${T_SECRET}"}
  expect: {status: 200}
`

// A secretLeak looks for secrets in what is shown and stored.
type secretLeak struct {
	*testing.T
	forms []string // how the secrets may be written
}

func newSecretLeak(t *testing.T) *secretLeak {
	t.Helper()
	l := &secretLeak{T: t, forms: []string{"s3cr3t"}}
	for _, secret := range placedSecrets {
		for before := range 3 {
			encoded := base64.RawStdEncoding.EncodeToString([]byte(strings.Repeat("\x00", before) + secret))
			l.forms = append(l.forms, encoded[4:len(encoded)-2])
		}
	}
	return l
}

// check reports a text that has a secret.
func (l *secretLeak) check(what, text string) {
	l.Helper()
	if text == "" {
		l.Errorf("%s is empty", what)
	}
	for _, form := range l.forms {
		if at := strings.Index(text, form); at >= 0 {
			l.Errorf("%s has a secret: …%s…", what, text[max(at-200, 0):min(at+100, len(text))])
			return
		}
	}
}

// command checks what a command prints. It may find that the jobs went wrong.
func (l *secretLeak) command(args ...string) {
	l.Helper()
	code, stdout, stderr := runCommand(l.T, "", args...)
	if code != exitOK && code != exitThreshold && code != exitInvalid && code != exitEvidence {
		l.Errorf("%s: exit %d, %s", strings.Join(args[:2], " "), code, stderr)
	}
	l.check(strings.Join(args[:2], " "), stdout+stderr)
}

// stored checks the runs of a directory as they are in the database.
func (l *secretLeak) stored(directory string) {
	l.Helper()
	opened, err := store.Open(l.Context(), directory, store.Options{})
	if err != nil {
		l.Fatal(err)
	}
	defer func() { _ = opened.Close() }() // it was read
	page, err := opened.List(l.Context(), aurea.RunQuery{Limit: aurea.MaxPage})
	if err != nil || len(page.Runs) < 2 {
		l.Fatalf("%d runs are stored, want 2 or more: %v", len(page.Runs), err)
	}
	for _, listed := range page.Runs {
		run, err := opened.Get(l.Context(), listed.ID)
		if err != nil {
			l.Fatal(err)
		}
		text, err := json.Marshal(run)
		if err != nil {
			l.Fatal(err)
		}
		l.check("the run as it is stored", string(text))
	}
	checkFiles(l.T, directory)
}

// proxyThatRefuses answers 403 with all that it is told, which a sample keeps. It
// returns its host and port.
func proxyThatRefuses(t *testing.T) string {
	t.Helper()
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body) // a part of it is enough
		w.Header().Set("Location", r.URL.String())
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprintf(w, "%s wants %s with %s", r.Header.Get("X-Plain"), r.URL, body)
	}))
	t.Cleanup(proxy.Close)
	return strings.TrimPrefix(proxy.URL, "http://")
}

// A secret is in nothing that is stored, shown, logged, traced or exported,
// wherever its spec has it, whether the run is here or at a server.
func TestSecretsFromEveryPlace(t *testing.T) {
	t.Setenv("T_SECRET", namedSecret)
	collector := aureatest.StartCollector(t)
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.URL)
	target, _ := echoServer(t)
	places := strings.NewReplacer("TARGET", target, "PROXY", proxyThatRefuses(t), "CLOSED", aureatest.FreeAddress(t))
	files := t.TempDir()
	writeFileIn(t, files, "keys.csv", "key\n"+namedSecret+"\n")
	writeFileIn(t, files, "placed.yaml", places.Replace(placedSpec))
	writeFileIn(t, files, "sampled.yaml", places.Replace(sampledSpec))
	l := newSecretLeak(t)

	served, out := filepath.Join(t.TempDir(), "served"), filepath.Join(t.TempDir(), "out")
	url, logged, stop := serveHere(t, "--data", served, "--files", files)
	history := filepath.Join(t.TempDir(), "history")
	for _, place := range [][]string{{"--server", url}, {"--history", history}} {
		for _, spec := range []string{"placed.yaml", "sampled.yaml"} {
			l.runEverywhere(filepath.Join(files, spec), filepath.Join(out, spec+place[0]), place)
		}
	}
	l.served(url)
	stop()
	l.check("the log", logged.String())
	l.stored(served)
	checkFiles(t, history)
	for _, span := range collector.Spans() {
		l.check("a span", span.String())
	}
	if len(collector.Spans()) == 0 {
		t.Error("nothing was traced")
	}
}

// runEverywhere runs a spec at a place with all kinds of outputs, and checks these
// and what the commands say about the run.
func (l *secretLeak) runEverywhere(spec, out string, place []string) {
	l.Helper()
	at := func(args ...string) []string { return append(args, place...) }
	if err := os.MkdirAll(out, 0o700); err != nil {
		l.Fatal(err)
	}
	run := at("run", spec, "-o", "text")
	for _, form := range []string{"html", "json", "junit", "markdown"} {
		run = append(run, "-o", form+"="+filepath.Join(out, "result."+form))
	}
	l.command(append(run, "--label", "again="+namedSecret)...)
	l.command(at("run", spec, "--quiet", "-o", "json")...)
	for _, args := range [][]string{
		{"runs", "list"}, {"runs", "list", "-o", "json"},
		{"runs", "show", "last"}, {"runs", "show", "last", "-o", "json"},
		{"runs", "histogram", "last"}, {"runs", "verify", "last"},
		{"runs", "export", "last", "--format", "csv"}, {"runs", "export", "last", "--format", "ndjson"},
	} {
		l.command(at(args...)...)
	}
	for _, form := range []string{"text", "html", "json", "junit", "markdown"} {
		l.command(at("report", "last", "-o", form)...)
		l.command(at("compare", "last", "last", "-o", form)...)
	}
	parquet := filepath.Join(out, "jobs.parquet")
	export := at("runs", "export", "last", "--format", "parquet", "-f", parquet)
	code, _, stderr := runCommand(l.T, "", export...)
	checkExit(l.T, "the export as Parquet", code, exitOK, stderr)
	checkFiles(l.T, out)
	if place[0] == "--server" {
		l.command(at("spec", "check", spec)...)
		l.command(at("spec", "check", spec, "-o", "json")...)
		return
	}
	l.command("spec", "check", spec)
}

// served checks what a server answers about its runs.
func (l *secretLeak) served(url string) {
	l.Helper()
	var page aurea.RunPage
	if err := json.Unmarshal([]byte(get(l.T, url+"/v1/runs?limit=100")), &page); err != nil {
		l.Fatal(err)
	}
	for _, path := range []string{"/v1/runs", "/metrics", "/v1/system", "/v1/trend?name=of+***", "/v1/searches"} {
		l.check(path, get(l.T, url+path))
	}
	for _, run := range page.Runs {
		for _, path := range []string{
			"", "/events", "/jobs?format=csv", "/jobs?format=ndjson", "/jobs?format=parquet", "/histogram", "/verify",
		} {
			l.check(path, get(l.T, url+"/v1/runs/"+run.ID+path))
		}
		l.check("compare", get(l.T, url+"/v1/compare?base="+run.ID+"&head="+page.Runs[0].ID))
	}
}
