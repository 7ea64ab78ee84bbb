package httpjob

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea/internal/workload"
	"github.com/aurea-orchestrator/aurea/internal/workload/workloadtest"
)

// A cookieServer sets cookies and records those that it gets, by the path of the
// request.
type cookieServer struct {
	url string
	mu  sync.Mutex
	all []string
}

func newCookieServer(t testing.TB) *cookieServer {
	s := &cookieServer{}
	s.url = serve(t, func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.all = append(s.all, r.RequestURI+" "+strings.Join(r.Header.Values("Cookie"), " and "))
		set := func(cookies ...string) {
			for _, cookie := range cookies {
				w.Header().Add("Set-Cookie", cookie)
			}
		}
		switch r.URL.Path {
		case "/login":
			set("sid="+r.URL.Query().Get("user")+"; Path=/; HttpOnly", "theme=dark", "admin=1; Path=/admin",
				"secure=1; Secure", "other=1; Domain=example.com", "old=1; Max-Age=0", "=; ;wrong", "quoted=\"a b\"")
		case "/redirect":
			set("hop=1; Path=/")
			http.Redirect(w, r, "/there", http.StatusFound)
		case "/logout":
			set("sid=; Path=/; Max-Age=0")
		case "/jobs":
			set("job=1")
			w.Header().Set("Location", "/jobs/1")
			fmt.Fprint(w, `{}`)
		case "/jobs/1":
			fmt.Fprint(w, `{"status": "done"}`)
		}
	}).URL
	return s
}

// requests returns the requests since the last call.
func (s *cookieServer) requests() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := s.all
	s.all = nil
	return all
}

// open opens a job with cookies that makes requests to the paths, each with more
// parameters behind a space.
func (s *cookieServer) open(t testing.TB, cookies bool, paths ...string) workload.Jobs {
	t.Helper()
	var steps []string
	for _, path := range paths {
		path, more, _ := strings.Cut(path, " ")
		steps = append(steps, fmt.Sprintf(`{"kind": "http", "url": "%s%s"%s}`, s.url, path, more))
	}
	text := fmt.Sprintf(`{"kind": "steps", "cookies": %v, "steps": [%s]}`, cookies, strings.Join(steps, ","))
	return workloadtest.Open(t, local, workloadtest.Workload(t, text))
}

// The steps of a job keep the cookies of responses by the rules of RFC 6265:
// domain, path and lifetime. A secure cookie may go to this machine. Redirects and polls count.
func TestCookies(t *testing.T) {
	s := newCookieServer(t)
	jobs := s.open(t, true, "/login?user={{job}}", "/page", "/admin/x", `/redirect , "redirects": 1`, "/logout",
		`/page , "headers": {"cookie": "own=1"}`, `/jobs , "body": {}, "poll": {"interval": "1ms"}`, "/late")
	want := []string{
		"/login?user=JOB ",
		`/page sid=JOB; theme=dark; secure=1; quoted="a b"`,
		`/admin/x admin=1; sid=JOB; theme=dark; secure=1; quoted="a b"`,
		`/redirect sid=JOB; theme=dark; secure=1; quoted="a b"`,
		`/there sid=JOB; theme=dark; secure=1; quoted="a b"; hop=1`,
		`/logout sid=JOB; theme=dark; secure=1; quoted="a b"; hop=1`,
		`/page own=1; theme=dark; secure=1; quoted="a b"; hop=1`,
		`/jobs theme=dark; secure=1; quoted="a b"; hop=1`,
		`/jobs/1 theme=dark; secure=1; quoted="a b"; hop=1; job=1`,
		`/late theme=dark; secure=1; quoted="a b"; hop=1; job=1`,
	}
	for job := range int64(2) {
		if o := runOf(t, jobs, job); o.Err != nil {
			t.Fatal(o.Err)
		}
		got := strings.Join(s.requests(), "\n")
		if diff := cmp.Diff(strings.ReplaceAll(strings.Join(want, "\n"), "JOB", fmt.Sprint(job)), got); diff != "" {
			t.Errorf("job %d: requests (-want +got):\n%s", job, diff)
		}
	}
}

// Without cookies, steps keep none.
func TestNoCookies(t *testing.T) {
	s := newCookieServer(t)
	if o := runOf(t, s.open(t, false, "/login?user=1", "/page"), 0); o.Err != nil {
		t.Fatal(o.Err)
	}
	if diff := cmp.Diff([]string{"/login?user=1 ", "/page "}, s.requests()); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
}

// Jobs that run at once have cookies of their own.
func TestCookiesBelongToTheirJob(t *testing.T) {
	s := newCookieServer(t)
	jobs := s.open(t, true, "/login?user={{job}}", "/page?job={{job}}")
	var running sync.WaitGroup
	for job := range int64(100) {
		running.Go(func() {
			if o := runOf(t, jobs, job); o.Err != nil {
				t.Error(o.Err)
			}
		})
	}
	running.Wait()
	pages := 0
	for _, request := range s.requests() {
		var job, sid int
		if n, _ := fmt.Sscanf(request, "/page?job=%d sid=%d;", &job, &sid); n == 2 {
			pages++
			if job != sid {
				t.Errorf("job %d sends the cookie of job %d", job, sid)
			}
		}
	}
	if pages != 100 {
		t.Errorf("%d requests with a cookie, want 100", pages)
	}
}
