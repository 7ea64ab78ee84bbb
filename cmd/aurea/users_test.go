package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
)

// A visitServer gives each visitor that it does not know a number, in a cookie. It
// records what each visitor calls itself, and its connections by the path. It
// accepts HTTP/1.1, and HTTP/2 without TLS. A first visit waits for those of the
// other visitors, so that none of them can do all jobs before another has begun.
type visitServer struct {
	*httptest.Server
	complete    chan struct{} // closed when the expected visitors have come
	mu          sync.Mutex
	expected    int                        // visitors that have not come
	failed      int64                      // visits
	visits      map[string]int             // by the visitor
	names       map[string]map[string]bool // by the visitor: values of the header X-User
	connections map[string]map[string]bool // by the protocol, path and visitor
}

func newVisitServer(t *testing.T, visitors int) *visitServer {
	s := &visitServer{
		complete: make(chan struct{}), expected: visitors,
		visits: map[string]int{}, names: map[string]map[string]bool{}, connections: map[string]map[string]bool{},
	}
	s.Server = httptest.NewUnstartedServer(http.HandlerFunc(s.serve))
	s.Config.Protocols = new(http.Protocols)
	s.Config.Protocols.SetHTTP1(true)
	s.Config.Protocols.SetUnencryptedHTTP2(true)
	s.Start()
	t.Cleanup(s.Close)
	return s
}

// serve answers a visit when all visitors have come.
func (s *visitServer) serve(w http.ResponseWriter, r *http.Request) {
	s.visit(w, r)
	select {
	case <-s.complete:
	case <-r.Context().Done():
	}
}

// visit fails every third visit to /fails, and closes the connection of every third
// one to /cuts.
func (s *visitServer) visit(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	visitor := ""
	if cookie, err := r.Cookie("visitor"); err == nil {
		visitor = cookie.Value
	} else {
		visitor = strconv.Itoa(len(s.visits) + 1)
		http.SetCookie(w, &http.Cookie{Name: "visitor", Value: visitor, Path: "/"})
		if s.expected--; s.expected == 0 {
			close(s.complete)
		}
	}
	s.visits[visitor]++
	note(s.names, visitor, r.Header.Get("X-User"))
	note(s.connections, r.Proto+" "+r.URL.Path+" "+visitor, r.RemoteAddr)
	third := s.visits[visitor]%3 == 0
	switch {
	case third && r.URL.Path == "/fails":
		s.failed++
		w.WriteHeader(http.StatusInternalServerError)
	case third && r.URL.Path == "/cuts":
		w.Header().Set("Connection", "close")
	}
}

func note(of map[string]map[string]bool, key, value string) {
	if of[key] == nil {
		of[key] = map[string]bool{}
	}
	of[key][value] = true
}

// users returns what visitors call themselves, if each has one name of its own.
func (s *visitServer) users(t *testing.T) []string {
	t.Helper()
	var all []string
	for visitor, names := range s.names {
		if len(names) != 1 {
			t.Errorf("visitor %s has the names %v, want one", visitor, slices.Collect(maps.Keys(names)))
		}
		all = slices.AppendSeq(all, maps.Keys(names))
	}
	slices.Sort(all)
	if distinct := slices.Compact(slices.Clone(all)); len(distinct) != len(all) {
		t.Errorf("%d visitors have the names %v, want one for each name", len(all), distinct)
	}
	return all
}

func (s *visitServer) total() (visits int) {
	for _, n := range s.visits {
		visits += n
	}
	return visits
}

// Each user keeps its number, its cookies and its connections from job to job.
// Without users, each job is somebody else.
func TestUsers(t *testing.T) {
	const (
		two = `
workload:
  kind: steps
  cookies: true
  steps:
    - {name: a, kind: http, url: "URL/a", headers: {X-User: "NAME"}}
    - {name: think, kind: sleep, duration: 1ms}
    - {name: b, kind: http, url: "URL/b", headers: {X-User: "NAME"}}
`
		second = `
workload:
  kind: steps
  steps: [{kind: http, version: "2", url: "URL/a", headers: {X-User: "{{user}}"}}, {kind: sleep, duration: 1ms}]
`
		mixed = `
workload:
  kind: mix
  parts:
    - name: browse
      workload: {kind: steps, steps: [{kind: http, url: "URL/browse", headers: {X-User: "{{user}}"}}]}
    - name: buy
      workload: {kind: steps, steps: [{kind: http, url: "URL/buy", headers: {X-User: "{{user}}"}}]}
    - name: wait
      workload: {kind: sleep, duration: 1ms}
`
		failing = `
workload:
  kind: steps
  steps: [{kind: http, url: "URL/fails", headers: {X-User: "{{user}}"}}]
`
		cut = `
workload:
  kind: steps
  steps: [{kind: http, url: "URL/cuts", headers: {X-User: "{{user}}"}}]
`
	)
	byUser := strings.ReplaceAll(two, "NAME", "{{user}}")
	for name, c := range map[string]struct {
		spec        string
		users       []string // nil: a visitor for each job
		visits      int      // 0: any number
		connections int      // of a visitor to a path; 0: any number
	}{
		"users":           {"users: 3\nnum_jobs: 60" + byUser, []string{"0", "1", "2"}, 120, 1},
		"jobs":            {"concurrency: 3\nnum_jobs: 60" + strings.ReplaceAll(two, "NAME", "{{job}}"), nil, 120, 1},
		"fewer jobs":      {"users: 10\nnum_jobs: 2" + byUser, []string{"0", "1"}, 4, 1},
		"a user":          {"users: 1\nnum_jobs: 20" + byUser, []string{"0"}, 40, 1},
		"HTTP/2":          {"users: 3\nnum_jobs: 60" + second, []string{"0", "1", "2"}, 60, 1},
		"parts of a mix":  {"users: 2\nnum_jobs: 90" + mixed, []string{"0", "1"}, 0, 1},
		"a warm-up":       {"users: 2\nwarmup: 100ms\nduration: 300ms" + byUser, []string{"0", "1"}, 0, 1},
		"failing jobs":    {"users: 2\nnum_jobs: 30" + failing, []string{"0", "1"}, 30, 1},
		"cut connections": {"users: 2\nnum_jobs: 30" + cut, []string{"0", "1"}, 30, 0},
	} {
		t.Run(name, func(t *testing.T) {
			server := newVisitServer(t, max(len(c.users), 1))
			spec := strings.ReplaceAll(c.spec, "URL", server.URL)
			code, stdout, stderr := runCommand(t, spec, "run", "-", "-o", "json", "--no-history")
			checkExit(t, name, code, exitOK, stderr)
			var result aurea.Result
			if err := json.Unmarshal([]byte(stdout), &result); err != nil {
				t.Fatal(err)
			}
			if c.users == nil {
				for job := range 60 {
					c.users = append(c.users, strconv.Itoa(job))
				}
				slices.Sort(c.users)
			} else if most := int64(len(c.users)); result.InFlight.Max > most {
				t.Errorf("%d jobs in flight, want at most %d", result.InFlight.Max, most)
			}
			if diff := cmp.Diff(c.users, server.users(t)); diff != "" {
				t.Errorf("users (-want +got):\n%s", diff)
			}
			if got := server.total(); c.visits > 0 && got != c.visits {
				t.Errorf("%d visits, want %d", got, c.visits)
			}
			if result.Counts.Failed != server.failed || name == "failing jobs" && server.failed == 0 {
				t.Errorf("%d jobs failed, want %d", result.Counts.Failed, server.failed)
			}
			for key, connections := range server.connections {
				if c.connections > 0 && len(connections) != c.connections {
					t.Errorf("%s came over %d connections, want %d", key, len(connections), c.connections)
				}
				if got := strings.HasPrefix(key, "HTTP/2.0 "); got != (name == "HTTP/2") {
					t.Errorf("%s is by HTTP/2: %v", key, got)
				}
			}
		})
	}
}

// Each scenario has users of its own, from 0.
func TestUsersOfScenarios(t *testing.T) {
	server := newVisitServer(t, 4)
	const scenario = `
  - name: %s
    start: 0s
    users: 2
    num_jobs: 20
    workload: {kind: steps, steps: [{kind: http, url: "%s/", headers: {X-User: "%[1]s {{user}}"}}]}
`
	spec := "scenarios:" + fmt.Sprintf(scenario, "one", server.URL) + fmt.Sprintf(scenario, "two", server.URL)
	code, _, stderr := runCommand(t, spec, "run", "-", "-o", "json", "--no-history")
	checkExit(t, "scenarios", code, exitOK, stderr)
	if diff := cmp.Diff([]string{"one 0", "one 1", "two 0", "two 1"}, server.users(t)); diff != "" {
		t.Errorf("users (-want +got):\n%s", diff)
	}
}

// The number of a user has no meaning without users, nor has a captured value its
// name beside them.
func TestUserIsRefused(t *testing.T) {
	const (
		noUsers = ": has {{user}}, and the spec has no users; set users in place of concurrency"
		noField = ": has {{usr}}, which is not a field, and which no earlier step captures"
	)
	for _, test := range []struct{ load, step, want string }{
		{"concurrency: 2", `{kind: http, url: "http://localhost/{{user}}"}`,
			"5:24: workload.steps[0].url" + noUsers},
		{"concurrency: 2", `{kind: grpc, target: "localhost:1", method: a.B/C, metadata: {x: "{{user}}"}}`,
			"5:73: workload.steps[0].metadata.x" + noUsers},
		{"users: 2", `{kind: http, url: "http://localhost/", capture: {user: $.name}}`,
			"5:60: workload.steps[0].capture.user: cannot have that name"},
		{"users: 2", `{kind: http, url: "http://localhost/{{usr}}"}`,
			"5:24: workload.steps[0].url" + noField},
	} {
		spec := test.load + "\nnum_jobs: 1\nworkload:\n  kind: steps\n  steps: [" + test.step + "]\n"
		code, _, stderr := runCommand(t, spec, "spec", "check", "-")
		checkExit(t, test.step, code, exitUsage, stderr)
		if !strings.Contains(stderr, "standard input:"+test.want) {
			t.Errorf("%s: %s\nwant standard input:%s", test.step, stderr, test.want)
		}
	}
}
