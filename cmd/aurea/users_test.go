package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"

	"github.com/aurea-orchestrator/aurea"
)

// A visitServer gives each visitor that it does not know a number, in a cookie. It
// records the connections of each, by the path.
type visitServer struct {
	*httptest.Server
	mu          sync.Mutex
	visitors    int
	visits      map[string]int             // by the visitor
	connections map[string]map[string]bool // by path and visitor
}

func newVisitServer(t *testing.T) *visitServer {
	s := &visitServer{visits: map[string]int{}, connections: map[string]map[string]bool{}}
	s.Server = httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(s.Close)
	return s
}

func (s *visitServer) serve(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	visitor := ""
	if cookie, err := r.Cookie("visitor"); err == nil {
		visitor = cookie.Value
	} else {
		s.visitors++
		visitor = strconv.Itoa(s.visitors)
		http.SetCookie(w, &http.Cookie{Name: "visitor", Value: visitor, Path: "/"})
	}
	s.visits[visitor]++
	key := r.URL.Path + " " + visitor
	if s.connections[key] == nil {
		s.connections[key] = map[string]bool{}
	}
	s.connections[key][r.RemoteAddr] = true
}

// Each user keeps its cookies and its connections from job to job. Without users,
// each job is somebody else.
func TestUsers(t *testing.T) {
	for _, test := range []struct {
		load     string
		visitors int
	}{{"users: 3", 3}, {"concurrency: 3", 60}} {
		server := newVisitServer(t)
		spec := test.load + `
num_jobs: 60
workload:
  kind: steps
  cookies: true
  steps:
    - {name: a, kind: http, url: "` + server.URL + `/a"}
    - {name: think, kind: sleep, duration: 1ms}
    - {name: b, kind: http, url: "` + server.URL + `/b"}
`
		code, stdout, stderr := runCommand(t, spec, "run", "-", "-o", "json", "--no-history")
		checkExit(t, test.load, code, exitOK, stderr)
		var result aurea.Result
		if err := json.Unmarshal([]byte(stdout), &result); err != nil {
			t.Fatal(err)
		}
		if result.InFlight.Max > 3 {
			t.Errorf("%s: %d jobs in flight, want at most 3", test.load, result.InFlight.Max)
		}
		if server.visitors != test.visitors {
			t.Errorf("%s: %d visitors, want %d", test.load, server.visitors, test.visitors)
		}
		visits := 0
		for _, n := range server.visits {
			visits += n
		}
		if visits != 120 {
			t.Errorf("%s: %d visits, want 120", test.load, visits)
		}
		for key, connections := range server.connections {
			if len(connections) != 1 {
				t.Errorf("%s: %s came over %d connections, want 1", test.load, key, len(connections))
			}
		}
	}
}
