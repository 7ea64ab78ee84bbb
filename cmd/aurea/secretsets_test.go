package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/aureatest"
)

// setSpec has secrets that can go through searches, sets of runs and workers. Half
// of its jobs fail, and their errors may quote them.
const setSpec = `
name: of ${T_SECRET}
labels: {of: "${T_SECRET}"}
secrets: [T_SECRET]
num_jobs: 12
workload:
  kind: mix
  parts:
    - name: wrong
      workload:
        kind: http
        url: TARGET/at/${T_SECRET}?token=s3cr3t-parameter
        headers: {Authorization: Bearer s3cr3t-header, X-Plain: "a ${T_SECRET}"}
        body: {is: "${T_SECRET}"}
        expect: {json: {path: $.is, equals: "not ${T_SECRET}"}}
    - name: steps
      workload:
        kind: steps
        steps:
          - name: one
            kind: http
            url: TARGET/at/${T_SECRET}
            headers: {X-Plain: "a ${T_SECRET}"}
            body: {is: "${T_SECRET}"}
            basic_auth: {user: me, password: s3cr3t-basic}
            capture: {key: $.is}
          - {name: two, kind: http, url: "TARGET/{{key}}", headers: {X-Key: "{{key}}"}}
`

// workHere runs a worker in this process. stop ends it, and then logged has its
// log.
func workHere(t *testing.T, flags ...string) (logged *bytes.Buffer, stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	worked := make(chan int, 1)
	logged = &bytes.Buffer{}
	go func() {
		worked <- run(ctx, append([]string{"worker"}, flags...), strings.NewReader(""), io.Discard, logged)
	}()
	stop = sync.OnceFunc(func() {
		cancel()
		if code := <-worked; code != exitOK {
			t.Errorf("the worker exits with %d, want %d", code, exitOK)
		}
	})
	t.Cleanup(stop)
	return logged, stop
}

// writeSetSpec writes setSpec for a target that answers with what it gets. right
// returns how many requests had the named secret.
func writeSetSpec(t *testing.T) (file, target string, right func() int) {
	t.Helper()
	t.Setenv("T_SECRET", namedSecret)
	target, right = echoServer(t)
	return writeTestFile(t, "set.yaml", strings.ReplaceAll(setSpec, "TARGET", target)), target, right
}

// A secret is in nothing that repeats, comparisons in turns and searches store, show,
// log or trace, whether they are here or at a server.
func TestSecretsOfSets(t *testing.T) {
	file, target, right := writeSetSpec(t)
	collector := aureatest.StartCollector(t)
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.URL)
	l := newSecretLeak(t)
	served, out := filepath.Join(t.TempDir(), "served"), t.TempDir()
	url, logged, stop := serveHere(t, "--data", served, "--log-level", "debug")
	history := filepath.Join(t.TempDir(), "history")
	for _, place := range [][]string{{"--server", url}, {"--history", history}} {
		at := func(args ...string) []string { return append(args, place...) }
		repeat, ab := at("run", file, "--repeat", "2", "-o", "text"), at("ab", file, "-n", "4", "-o", "text")
		for _, form := range []string{"html", "json", "markdown"} {
			repeat = append(repeat, "-o", form+"="+filepath.Join(out, "repeat."+form+place[0]))
			ab = append(ab, "-o", form+"="+filepath.Join(out, "ab."+form+place[0]))
		}
		l.command(repeat...)
		l.command(append(ab, "--set-b", "num_jobs=10")...)
		for _, form := range []string{"text", "json"} {
			l.command(at("trend", "of ***", "-o", form)...)
			for _, objective := range []string{"error_rate < 90%", "error_rate == 0"} {
				l.command(at("search", file, "-c", "1..2", "--cooldown", "0s", "--objective", objective, "-o", form)...)
			}
		}
	}
	if right() < 50 {
		t.Errorf("%d requests had the secret, want 50 at least", right())
	}
	for _, form := range []string{"text", "json"} {
		l.command("searches", "--server", url, "-o", form)
	}
	l.search(url, target)
	l.served(url)
	stop()
	l.check("the log", logged.String())
	l.stored(served)
	checkFiles(t, history)
	checkFiles(t, out)
	for _, span := range collector.Spans() {
		l.check("a span", span.String())
	}
}

// search posts a search with the values of its secrets, and checks what the server
// answers.
func (l *secretLeak) search(url, target string) {
	l.Helper()
	value, err := json.Marshal(namedSecret)
	if err != nil {
		l.Fatal(err)
	}
	const request = `{"spec": {"name": "of VALUE", "num_jobs": 3, "secrets": {"T_SECRET": "VALUE"},
		"workload": {"kind": "http", "url": "TARGET/", "headers": {"X-Plain": "BEFOREVALUE"}}},
		"objectives": ["error_rate == 0"], "concurrency": "1..2", "cooldown": "0s"}`
	for before, refused := range map[string]bool{"a ": false, "a {{b ": true} {
		places := strings.NewReplacer("VALUE", strings.Trim(string(value), `"`), "TARGET", target, "BEFORE", before)
		answer := post(l.T, url+"/v1/searches", places.Replace(request))
		l.check("the answer to a search", answer)
		if strings.Contains(answer, `"status":400`) != refused {
			l.Errorf("a search that is to be refused (%v): %s", refused, answer)
		}
	}
	var all struct{ Searches []aurea.Search }
	waitFor(l.T, func() bool {
		text := get(l.T, url+"/v1/searches")
		l.check("the searches", text)
		if err := json.Unmarshal([]byte(text), &all); err != nil {
			l.Fatal(err)
		}
		return len(all.Searches) == 1 && all.Searches[0].Status.Finished()
	})
	l.check("the search", get(l.T, url+"/v1/searches/"+all.Searches[0].ID))
	if got := all.Searches[0]; got.Outcome != aurea.AllHold {
		l.Errorf("the search is %s, %s, want all that hold: %s", got.Status, got.Outcome, got.Error)
	}
}

// A secret reaches the workers of a run, and stands in nothing that they and the
// server store, show, log or trace.
func TestSecretsOnWorkers(t *testing.T) {
	file, _, right := writeSetSpec(t)
	collector := aureatest.StartCollector(t)
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.URL)
	l := newSecretLeak(t)
	served, scratch, nats := filepath.Join(t.TempDir(), "served"), t.TempDir(), aureatest.FreeAddress(t)
	t.Setenv("TMPDIR", scratch)
	url, logged, stop := serveHere(t, "--data", served, "--nats-listen", nats, "--log-level", "debug")
	one, stopOne := workHere(t, "--nats", nats, "--name", "one", "--log-level", "debug")
	two, stopTwo := workHere(t, "--nats", nats, "--name", "two", "--log-level", "debug")
	waitFor(t, func() bool { return len(listedWorkers(t, url)) == 2 })
	for _, args := range [][]string{
		{"run", file}, {"run", file, "--repeat", "2"}, {"run", file, "--include-jobs", "-o", "json"},
		{"search", file, "-c", "2..4", "--cooldown", "0s", "--objective", "error_rate < 90%"},
	} {
		before := right()
		l.command(append(args, "--server", url, "--workers", "2")...)
		if right() == before {
			t.Errorf("%v: no request had the secret", args)
		}
	}
	l.served(url)
	l.check("the workers", get(t, url+"/v1/workers"))
	var page aurea.RunPage
	if err := json.Unmarshal([]byte(get(t, url+"/v1/runs?limit=100")), &page); err != nil {
		t.Fatal(err)
	}
	var newest aurea.Run
	if err := json.Unmarshal([]byte(get(t, url+"/v1/runs/"+page.Runs[0].ID)), &newest); err != nil {
		t.Fatal(err)
	}
	if newest.Result.Workers == nil || len(newest.Result.Workers.Of) != 2 || newest.Result.Counts.Failed == 0 {
		t.Errorf("the newest run has the workers %+v and %d failed jobs, want two and some",
			newest.Result.Workers, newest.Result.Counts.Failed)
	}
	stopOne()
	stopTwo()
	stop()
	for name, log := range map[string]*bytes.Buffer{"the server": logged, "worker one": one, "worker two": two} {
		l.check("the log of "+name, log.String())
	}
	l.stored(served)
	checkNoFiles(t, scratch)
}

// checkNoFiles reports files of a directory.
func checkNoFiles(t *testing.T, dir string) {
	t.Helper()
	left, err := filepath.Glob(filepath.Join(dir, "*", "*"))
	if err != nil || len(left) > 0 {
		t.Errorf("%v are left (%v)", left, err)
	}
}
