package httpjob

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/theory/jsonpath"

	"github.com/aurea-orchestrator/aurea/internal/workload"
	"github.com/aurea-orchestrator/aurea/internal/workload/workloadtest"
)

// hostile are paths that the library evaluates without end and in unbounded
// memory, on lists that are nested 25 levels deep.
var hostile = []string{
	"$" + strings.Repeat("..*", 12) + ".x",
	"$" + strings.Repeat("[*,*]", 100) + ".x",
	"$" + strings.Repeat("..[*,*]", 20) + ".x",
	"$..[?" + strings.Repeat("@..[?", 20) + "@.x" + strings.Repeat("]", 21),
	"$..[?!(" + "@" + strings.Repeat("..*", 20) + ".x && $..*..*..*..*..*..*..x)].y",
	"$..[?!$" + strings.Repeat("..*", 20) + ".x].y",
}

// nestedLists returns lists that are nested to the given depth.
func nestedLists(depth int) string {
	return strings.Repeat("[[],", depth) + "1" + strings.Repeat("]", depth)
}

// Evaluating a path uses a bounded number of steps and bounded memory. It stops
// when the job is cancelled and at its deadline.
func TestPathIsBounded(t *testing.T) {
	const tooManySteps = "takes more than 10000000 steps in the answer; write it with fewer .. and *"
	document, err := decodeJSON([]byte(nestedLists(25)))
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range hostile {
		path, err := parsePath(text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if _, _, err := path.first(t.Context(), document); err != nil && !strings.Contains(err.Error(), tooManySteps) {
			t.Errorf("%.40s: %v", text, err)
		}
		runtime.ReadMemStats(&after)
		if held := int64(after.HeapInuse) - int64(before.HeapInuse); held > 64<<20 {
			t.Errorf("%.40s: the heap has grown by %d bytes", text, held)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, _, err := path.first(ctx, document); err != nil && !errors.Is(err, context.Canceled) {
			t.Errorf("%.40s, cancelled: %v, want %v", text, err, context.Canceled)
		}
		late := workload.NewJobContext(t.Context()).Until(time.Now())
		if _, _, err := path.first(late, document); err != nil && !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%.40s, after the deadline: %v, want %v", text, err, context.DeadlineExceeded)
		}
	}
}

// A hostile path in any parameter makes the job fail with class body, and does not
// hang it.
func TestJobsPathsAreBounded(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/found" {
			w.Header().Set("Location", "/poll")
			fmt.Fprint(w, `{"status":"done","url":"/poll"}`)
			return
		}
		fmt.Fprintf(w, `{"status":"done","url":"/poll","deep":%s}`, nestedLists(25))
	})
	for name, parameters := range map[string]string{
		"expect.json":     `{"url": "$URL/a", "expect": {"json": {"path": "$PATH"}}}`,
		"poll.url":        `{"url": "$URL/a", "poll": {"url": "$PATH"}}`,
		"poll.status":     `{"url": "$URL/found", "poll": {"status": "$PATH"}}`,
		"poll.queue_time": `{"url": "$URL/found", "poll": {"queue_time": "$PATH"}}`,
		"poll.queued_at":  `{"url": "$URL/found", "poll": {"queued_at": "$PATH", "started_at": "$.a"}}`,
		"poll.started_at": `{"url": "$URL/found", "poll": {"queued_at": "$.a", "started_at": "$PATH"}}`,
	} {
		o := runJob(t, server.URL, strings.ReplaceAll(parameters, "$PATH", hostile[0]), 0)
		if o.Class() != "body" {
			t.Errorf("%s: class %q (%v), want body", name, o.Class(), o.Err)
		}
	}
}

// A response whose JSON is nested too deep fails the job. A large response is
// inspected.
func TestResponseNesting(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/deep":
			fmt.Fprint(w, strings.Repeat("[", maxNesting+1)+strings.Repeat("]", maxNesting+1))
		case "/objects":
			fmt.Fprint(w, strings.Repeat(`{"a":`, maxNesting+1)+"1"+strings.Repeat("}", maxNesting+1))
		case "/limit":
			fmt.Fprint(w, strings.Repeat("[", maxNesting)+strings.Repeat("]", maxNesting))
		case "/texts":
			fmt.Fprint(w, `["`+strings.Repeat(`[\"`, maxNesting+1)+`"]`)
		case "/large":
			fmt.Fprint(w, "["+strings.Repeat("1,", 2*largeResponse)+`{"x":7}]`)
		}
	})
	const deep = "the answer's JSON is nested more than 1000 levels deep"
	for path, want := range map[string]string{
		"/deep": deep, "/objects": deep, "/limit": "", "/texts": "", "/large": "",
	} {
		where := "$"
		if path == "/large" {
			where = "$[-1].x"
		}
		o := runJob(t, server.URL, `{"url": "$URL`+path+`", "expect": {"json": {"path": "`+where+`"}}}`, 0)
		if got := workloadtest.Message(o.Err); got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
}

// Functions whose cost the walk cannot bound are refused, with the reason.
func TestFunctionsAreBounded(t *testing.T) {
	for path, want := range map[string]string{
		`$[?count(@..*) > 2]`:                 "",
		`$[?count(@.*) == 1]`:                 "",
		`$[?count(@['a','d']) == 1]`:          "",
		`$[?value(@..color) == "red"]`:        "",
		`$[?search(@.a, 'b.*c')]`:             "",
		`$[?match(@.a, '[a-z]{3}')]`:          "",
		`$[?length(@.a) > 3]`:                 "",
		`$[?count(@..*..*) > 2]`:              "one segment with ..",
		`$[?count(@[*,*][*,*]) > 2]`:          "one segment with ..",
		`$[?value(@[?@.x]) > 2]`:              "may not count with a filter",
		`$[?count(@.*[?count(@.*) > 1]) > 2]`: "may not count with a filter",
		`$[?match(@.a, $.b)]`:                 "must have its pattern written in the path",
		`$[?search(@.a, '(a{100}){10}')]`:     "too large a pattern",
		`$[?search(@.a, '(')]`:                "a wrong pattern",
	} {
		_, err := parsePath(path)
		if (err != nil) != (want != "") || !strings.Contains(workloadtest.Message(err), want) {
			t.Errorf("%s: %v, want %q", path, err, want)
		}
	}
}

// Law: the walk finds what the library selects first.
func FuzzPathFirst(f *testing.F) {
	const document = `{"a":[{"b":1,"c":[2,3]},{"b":"x"},[],{}],"d":{"e":null}}`
	for _, path := range []string{
		"$", "$.a[0].b", "$.a[-1]", "$.a[5]", "$..b", "$.a[*].b", "$.a[1:3]", "$.a[::-1]",
		"$.a[?@.b]", "$.a[?!@.b]", "$.a[?@.b == 'x'].b", "$.a[?@.c[?@ > 2]]",
		"$.a[?$.d.e == @.x || (@.b && !(@.b == 1))]", "$.a[?count(@.*) > 1]", "$.a[0,1].b",
		"$.d['e']", "$..[?@.b]..*", "$.a[?length(@.c) == 2].c[1]",
	} {
		f.Add(path, document)
	}
	f.Fuzz(func(t *testing.T, text, body string) {
		if len(text) > 60 || len(body) > 200 {
			return
		}
		path, err := parsePath(text)
		if err != nil {
			return
		}
		document, err := decodeJSON([]byte(body))
		if err != nil || strings.Count(text, "..")+strings.Count(text, ",") > 3 {
			return
		}
		all := jsonpath.MustParse(text).Select(document)
		got, found, err := path.first(t.Context(), document)
		if err != nil {
			t.Fatal(err)
		}
		if found != (len(all) > 0) {
			t.Fatalf("%s in %s: found %v, the library has %v", text, body, found, all)
		}
		if !found || !strings.Contains(body, "{") && cmp.Equal(got, all[0]) {
			return
		}
		for _, one := range all { // the members of an object have no order
			if cmp.Equal(got, one) {
				return
			}
		}
		t.Errorf("%s in %s: %v, the library has %v", text, body, got, all)
	})
}
