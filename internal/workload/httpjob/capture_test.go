package httpjob

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea/internal/workload"
	"github.com/aurea-orchestrator/aurea/internal/workload/workloadtest"
)

// A shop is a service with a login. It records what it is asked.
type shop struct {
	url string
	mu  sync.Mutex
	all []string
}

// newShop starts a shop.
func newShop(t testing.TB) *shop {
	s := &shop{}
	s.url = serve(t, func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.all = append(s.all, r.Method+" "+r.RequestURI+" "+r.Header.Get("Authorization")+" "+r.Header.Get("X-Id"))
		switch r.URL.Path {
		case "/form":
			body, _ := io.ReadAll(r.Body)
			s.all = append(s.all, string(body))
		case "/login":
			w.Header().Set("X-Id", "id "+r.URL.Query().Get("user"))
			w.Header().Add("Set-Cookie", "theme=dark; Path=/")
			w.Header().Add("Set-Cookie", `sid="s-`+r.URL.Query().Get("user")+`"; HttpOnly`)
			w.WriteHeader(http.StatusCreated)
			fmt.Fprintf(w, `{"token": "t/%s", "n": 17.50, "user": {"id": 3}, "none": null, "empty": ""}`,
				r.URL.Query().Get("user"))
		case "/page":
			fmt.Fprint(w, `<input name="csrf" value="c&amp;1"> <a href="/x">`)
		case "/jobs":
			w.Header().Set("Location", "/jobs/1")
			fmt.Fprint(w, `{"result": "not yet"}`)
		case "/jobs/1":
			fmt.Fprint(w, `{"status": "done", "result": 42}`)
		case "/lines":
			fmt.Fprint(w, "one\ntwo")
		}
	}).URL
	return s
}

// requests returns what the shop was asked since the last call.
func (s *shop) requests() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := s.all
	s.all = nil
	return all
}

// steps opens a job of the given steps, in JSON with $URL for the shop's URL.
func (s *shop) steps(t testing.TB, steps ...string) workload.Jobs {
	t.Helper()
	text := `{"kind": "steps", "steps": [` + strings.Join(steps, ",") + `]}`
	return workloadtest.Open(t, local, workloadtest.Workload(t, strings.ReplaceAll(text, "$URL", s.url)))
}

// use is a step that sends what the steps before have captured.
const use = `{"kind": "http", "url": "$URL/use?v={{v}}", "headers": {"Authorization": "Bearer {{v}}"}}`

// A step captures a value from the response, and later steps send it.
func TestCapture(t *testing.T) {
	shop := newShop(t)
	for _, test := range []struct{ step, capture, escaped, value string }{
		{"login?user=7", `$.token`, "t%2F7", "t/7"},
		{"login?user=7", `$.n`, "17.50", "17.50"},
		{"login?user=7", `$.user`, "%7B%22id%22%3A3%7D", `{"id":3}`},
		{"login?user=7", `header x-id`, "id+7", "id 7"},
		{"login?user=7", `cookie sid`, "s-7", "s-7"},
		{"login?user=7", `status`, "201", "201"},
		{"page", `regex name=\"csrf\" value=\"([^\"]+)\"`, "c%26amp%3B1", "c&amp;1"},
		{"page", `regex (?:href)=\"/(.)(\")`, "x", "x"},
		{"page", `regex href`, "href", "href"},
	} {
		login := fmt.Sprintf(`{"kind": "http", "name": "one", "url": "$URL/%s", "capture": {"v": "%s"}}`,
			test.step, test.capture)
		o := runOf(t, shop.steps(t, login, use), 0)
		if o.Err != nil {
			t.Errorf("%s: %v", test.capture, o.Err)
		}
		want := []string{"GET /" + test.step + "  ", "GET /use?v=" + test.escaped + " Bearer " + test.value + " "}
		if diff := cmp.Diff(want, shop.requests()); diff != "" {
			t.Errorf("%s: requests (-want +got):\n%s", test.capture, diff)
		}
	}
}

// A step that finds nothing to capture fails with a class of its own, and is the
// last one. The failure does not repeat the response.
func TestNothingToCapture(t *testing.T) {
	shop := newShop(t)
	for _, test := range []struct{ step, class, where string }{
		{`"url": "$URL/login?user=7", "capture": {"v": "$.tokn"}`, "capture", "$.tokn"},
		{`"url": "$URL/login?user=7", "capture": {"v": "$.none"}`, "capture", "$.none"},
		{`"url": "$URL/login?user=7", "capture": {"v": "$.empty"}`, "capture", "$.empty"},
		{`"url": "$URL/login?user=7", "capture": {"v": "header X-Ip"}`, "capture", "header X-Ip"},
		{`"url": "$URL/login?user=7", "capture": {"v": "cookie SID"}`, "capture", "cookie SID"},
		{`"url": "$URL/page", "capture": {"v": "regex nothing"}`, "capture", "regex nothing"},
		{`"url": "$URL/page", "capture": {"v": "$.a"}`, "body", ""},
		{`"url": "$URL/missing", "expect": {"status": 404}, "capture": {"v": "status"}`, "status_200", ""},
	} {
		o := runOf(t, shop.steps(t, `{"kind": "http", "name": "one", `+test.step+`}`, use), 0)
		if class := o.Class(); class != test.class {
			t.Errorf("%s: class %q, want %q", test.step, class, test.class)
		}
		want := "step one: the answer has nothing to capture as v: " + test.where
		if test.where != "" && workloadtest.Message(o.Err) != want {
			t.Errorf("%s: %v, want %s", test.step, o.Err, want)
		}
		if n := len(shop.requests()); n != 1 {
			t.Errorf("%s: %d requests, want only that of the first step", test.step, n)
		}
	}
}

// A step with poll captures from the last response.
func TestCaptureAfterPoll(t *testing.T) {
	shop := newShop(t)
	jobs := shop.steps(t, `{"kind": "http", "url": "$URL/jobs", "body": {}, "poll": {"interval": "1ms"},
		"capture": {"v": "$.result"}}`, use)
	if o := runOf(t, jobs, 0); o.Err != nil {
		t.Fatal(o.Err)
	}
	requests := shop.requests()
	if got, want := requests[len(requests)-1], "GET /use?v=42 Bearer 42 "; got != want {
		t.Errorf("the last request is %q, want %q", got, want)
	}
}

// A response is captured from and judged with one look into its JSON. A later
// step replaces a value.
func TestCaptureAgain(t *testing.T) {
	shop := newShop(t)
	jobs := shop.steps(t,
		`{"kind": "http", "url": "$URL/login?user={{job}}", "capture": {"v": "$.token", "id": "header X-Id"},
			"expect": {"status": 201, "json": [{"path": "$.n", "equals": 17.5}]}}`,
		use,
		`{"kind": "http", "url": "$URL/page", "headers": {"X-Id": "{{id}}"}, "capture": {"v": "regex href"}}`,
		use)
	for job := range int64(2) {
		if o := runOf(t, jobs, job); o.Err != nil {
			t.Fatal(o.Err)
		}
		want := []string{
			fmt.Sprintf("GET /login?user=%d  ", job),
			fmt.Sprintf("GET /use?v=t%%2F%d Bearer t/%d ", job, job),
			fmt.Sprintf("GET /page  id %d", job),
			"GET /use?v=href Bearer href ",
		}
		if diff := cmp.Diff(want, shop.requests()); diff != "" {
			t.Errorf("job %d: requests (-want +got):\n%s", job, diff)
		}
	}
}

// A captured value may stand in a form, in JSON and in basic authentication.
func TestCaptureInBodies(t *testing.T) {
	shop := newShop(t)
	jobs := shop.steps(t,
		`{"kind": "http", "url": "$URL/login?user=7", "capture": {"v": "$.token"}}`,
		`{"kind": "http", "url": "$URL/form", "form": {"a": "{{v}}"}}`,
		`{"kind": "http", "url": "$URL/form", "body": {"a": "{{v}}"},
			"basic_auth": {"user": "u", "password": "{{v}}"}}`)
	if o := runOf(t, jobs, 0); o.Err != nil {
		t.Fatal(o.Err)
	}
	want := []string{
		"GET /login?user=7  ", "POST /form  ", "a=t%2F7", "POST /form Basic dTp0Lzc= ", `{"a":"t/7"}`,
	}
	if diff := cmp.Diff(want, shop.requests()); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
}

// All timestamps of a request are one moment, which is now.
func TestTimestampsOfARequest(t *testing.T) {
	shop := newShop(t)
	before := time.Now().UnixNano()
	o := runJob(t, shop.url, `{"url": "$URL/form?{{timestamp ns}}", "headers": {"X-Id": "{{timestamp ns}}"},
		"body": "{{timestamp ns}}"}`, 3)
	if o.Err != nil {
		t.Fatal(o.Err)
	}
	var inURL, inHeader, inBody int64
	requests := strings.Join(shop.requests(), " ")
	if _, err := fmt.Sscanf(requests, "POST /form?%d %d %d", &inURL, &inHeader, &inBody); err != nil {
		t.Fatalf("%s: %v", requests, err)
	}
	if inURL != inHeader || inURL != inBody {
		t.Errorf("the timestamps of a request differ: %s", requests)
	}
	if now := time.Now().UnixNano(); inURL < before || inURL > now {
		t.Errorf("the timestamp is %d, want %d to %d", inURL, before, now)
	}
}

// Jobs that run at once never see each other's values, and a job that fails
// leaves none to the next.
func TestCapturesBelongToTheirJob(t *testing.T) {
	shop := newShop(t)
	jobs := shop.steps(t,
		`{"kind": "http", "url": "$URL/login?user={{job}}", "capture": {"v": "$.token"}}`,
		`{"kind": "noop"}`,
		`{"kind": "http", "url": "$URL/use?job={{job}}&v={{v}}"}`)
	var running sync.WaitGroup
	for job := range int64(100) {
		running.Go(func() {
			if o := runOf(t, jobs, job); o.Err != nil {
				t.Error(o.Err)
			}
		})
	}
	running.Wait()
	uses := 0
	for _, request := range shop.requests() {
		var job, value int
		if n, _ := fmt.Sscanf(request, "GET /use?job=%d&v=t%%2F%d", &job, &value); n == 2 {
			uses++
			if job != value {
				t.Errorf("job %d sends the token of job %d", job, value)
			}
		}
	}
	if uses != 100 {
		t.Errorf("%d requests with a token, want 100", uses)
	}
}

// A captured value that makes no request fails the job with a class of its own.
func TestCapturedValueThatCannotBeSent(t *testing.T) {
	jobs := newShop(t).steps(t, `{"kind": "http", "url": "$URL/lines", "capture": {"v": "regex (?s).+"}}`, use)
	o := runOf(t, jobs, 0)
	if o.Class() != "template" {
		t.Errorf("class %q, want template (%v)", o.Class(), o.Err)
	}
}

// Captures that can never be filled, and templates that name what no step
// captures, are refused. The error is about the field.
func TestWrongCaptures(t *testing.T) {
	const login = `{"kind": "http", "url": "http://localhost/login", "capture": {"token": "$.token"}}`
	for _, test := range []struct{ workload, want string }{
		{login, "capture: has no later step to use it; it belongs to a step of the workload steps"},
		{
			mixOf(login),
			"parts[0].workload.capture: has no later step to use it; it belongs to a step of the workload steps",
		},
		{
			stepsOf(login, `{"kind": "http", "url": "http://localhost/", "headers": {"A": "{{tokem}}"}}`),
			"steps[1].headers.A: has {{tokem}}, which is not a field, and which no earlier step captures; " +
				"did you mean {{token}}?",
		},
		{
			stepsOf(`{"kind": "http", "url": "http://localhost/{{token}}"}`, login),
			"steps[0].url: has {{token}}, which is not a field, and which no earlier step captures; there are ",
		},
		{
			stepsOf(`{"kind": "http", "url": "http://localhost/{{token}}", "capture": {"token": "$.token"}}`),
			"steps[0].url: has {{token}}, which is not a field, and which no earlier step captures; there are ",
		},
		{
			captureOf(`"job": "$.a"`),
			"steps[0].capture.job: cannot have that name: up to 40 of a-z A-Z 0-9 _, none of the fields ",
		},
		{captureOf(`"a-b": "$.a"`), "steps[0].capture.a-b: cannot have that name"},
		{captureOf(`"a": "token"`), "steps[0].capture.a: must be a JSONPath such as $.token, header NAME, " +
			`cookie NAME, regex PATTERN or status; got "token"`},
		{captureOf(`"a": "header a b"`), "steps[0].capture.a: must be a JSONPath such as $.token, header NAME"},
		{captureOf(`"a": "cookie"`), "steps[0].capture.a: must be a JSONPath such as $.token, header NAME"},
		{captureOf(`"a": "status 200"`), "steps[0].capture.a: must be a JSONPath such as $.token, header NAME"},
		{captureOf(`"a": "regex ("`), "steps[0].capture.a: must be regex with a pattern (RE2): error parsing"},
		{captureOf(`"a": "$.a["`), "steps[0].capture.a: must be a JSONPath such as $.status; "},
		{withCapture(`"method": "head"`), "steps[0].capture.a: can never be filled: an answer to HEAD has no body"},
		{
			withCapture(`"expect": {"status": [204, 304]}`),
			"steps[0].capture.a: can never be filled: an answer with a status of expect.status has no body",
		},
	} {
		got := workloadtest.Refusal(local, workloadtest.Workload(t, test.workload), 1)
		if !strings.HasPrefix(got, "workload."+test.want) {
			t.Errorf("%s: %s, want workload.%s", test.workload, got, test.want)
		}
	}
}

func mixOf(w string) string {
	return `{"kind": "mix", "parts": [{"workload": ` + w + `}]}`
}

func stepsOf(steps ...string) string {
	return `{"kind": "steps", "steps": [` + strings.Join(steps, ",") + `]}`
}

func captureOf(capture string) string {
	return stepsOf(`{"kind": "http", "url": "http://localhost/", "capture": {` + capture + `}}`)
}

func withCapture(parameters string) string {
	return stepsOf(`{"kind": "http", "url": "http://localhost/", "capture": {"a": "$.a"}, ` + parameters + `}`)
}

// BenchmarkCapture measures two steps, the second with a value that the first has
// captured, beside two steps without one.
func BenchmarkCapture(b *testing.B) {
	for _, with := range []bool{false, true} {
		b.Run(fmt.Sprint(with), func(b *testing.B) {
			first, second := map[string]any{"kind": "http", "url": minimalServer(b)}, map[string]any{"kind": "noop"}
			if with {
				first["capture"] = map[string]any{"v": "status"}
			}
			w := map[string]any{"kind": "steps", "steps": []any{first, second}}
			jobs := workloadtest.Open(b, local, workloadtest.Workload(b, encode(b, w)))
			metrics, ctx := workload.NewJobMetrics(jobs.Metrics), workload.NewJobContext(b.Context())
			b.ReportAllocs()
			for b.Loop() {
				if err := jobs.Runner.Run(ctx.Until(time.Time{}), 0, metrics); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
