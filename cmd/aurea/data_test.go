package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/aureatest"
)

// A loginServer knows users by their passwords, and counts their logins and what
// they do with the token that they get.
type loginServer struct {
	*httptest.Server
	mu     sync.Mutex
	logins map[string]int
	visits map[string]int
	wrong  []string
}

func newLoginServer(t *testing.T) *loginServer {
	s := &loginServer{logins: map[string]int{}, visits: map[string]int{}}
	s.Server = httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(s.Close)
	return s
}

func (s *loginServer) serve(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch r.URL.Path {
	case "/login":
		var user struct{ Name, Password string }
		if json.NewDecoder(r.Body).Decode(&user) != nil || user.Password != "word of "+user.Name {
			s.wrong = append(s.wrong, fmt.Sprint(user))
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		s.logins[user.Name]++
		fmt.Fprintf(w, `{"token": %q}`, "token of "+user.Name)
	default:
		name := strings.TrimPrefix(r.URL.Path, "/users/")
		if r.Header.Get("Authorization") != "Bearer token of "+name {
			s.wrong = append(s.wrong, r.URL.Path+" "+r.Header.Get("Authorization"))
		}
		s.visits[name]++
	}
}

// users returns a CSV file of so many users.
func users(n int) string {
	var b strings.Builder
	b.WriteString("name,password\n")
	for i := range n {
		fmt.Fprintf(&b, "user-%d,word of user-%d\n", i, i)
	}
	return b.String()
}

const loginSpec = `
concurrency: 4
duration: 5m
data: {file: ../users.csv, order: once}
workload:
  kind: steps
  steps:
    - name: login
      kind: http
      url: ${T_TARGET}/login
      body: {name: "{{data.name}}", password: "{{data.password}}"}
      capture: {token: $.token}
    - {name: think, kind: sleep, duration: 10us, distribution: exponential}
    - name: visit
      kind: http
      url: ${T_TARGET}/users/{{data.name}}
      headers: {Authorization: "Bearer {{token}}"}
`

// Ten thousand users log in, each once, and use the token that they get. The run
// ends when all have, and says so.
func TestLoginOfEachUser(t *testing.T) {
	const n = 10_000
	server := newLoginServer(t)
	t.Setenv("T_TARGET", server.URL)
	dir := writeFiles(t, map[string]string{"users.csv": users(n), "specs/login.yaml": loginSpec})
	spec := filepath.Join(dir, "specs", "login.yaml")
	code, stdout, stderr := runCommand(t, "", "run", spec, "-o", "json", "--no-history")
	checkExit(t, "aurea run", code, exitOK, stderr)
	var result aurea.Result
	if err := json.Unmarshal([]byte(stdout), &result); err != nil {
		t.Fatal(err)
	}
	if got := result.Counts.OK; got != n {
		t.Errorf("%d jobs ended ok, want %d", got, n)
	}
	checkContains(t, "the warnings", strings.Join(result.Warnings, "\n"),
		"the run ended when its jobs had used the 10000 rows of ../users.csv, each once")
	if len(server.wrong) > 0 {
		t.Errorf("%d requests were wrong, such as %s", len(server.wrong), server.wrong[0])
	}
	for i := range n {
		name := fmt.Sprintf("user-%d", i)
		if got := [2]int{server.logins[name], server.visits[name]}; got != [2]int{1, 1} {
			t.Errorf("%s has %v logins and visits, want one of each", name, got)
		}
	}
}

// What is wrong with a file of data is said with the line of the spec and that of
// the file, and nothing runs.
func TestWrongDataFiles(t *testing.T) {
	t.Setenv("T_TARGET", "http://127.0.0.1:1")
	dir := writeFiles(t, map[string]string{
		"users.csv": "name\na\n", "specs/login.yaml": loginSpec, "specs/base.yaml": "data: {file: none.csv}\n",
		"top.yaml":    "extends: specs/base.yaml\nnum_jobs: 1\nworkload: {kind: noop}\n",
		"broken.csv":  "a,b\n1,2\n3\n",
		"broken.yaml": "num_jobs: 1\nworkload: {kind: noop}\ndata:\n  file: broken.csv\n",
		"order.yaml":  "num_jobs: 1\nworkload: {kind: noop}\ndata: {file: users.csv, order: twice}\n",
		"bare.yaml":   "num_jobs: 1\nworkload: {kind: noop}\ndata: users.csv\n",
	})
	for name, want := range map[string]string{
		"specs/login.yaml": "login.yaml:11:7: workload.steps[0].body: has {{data.password}}, " +
			"which is no column of the data; there are name",
		"top.yaml":    `base.yaml:1:8: data.file: names "none.csv", which cannot be opened: no such file or directory`,
		"broken.yaml": "broken.yaml:4:3: data.file: broken.csv:3:1: has 1 values for 2 columns",
		"order.yaml": "order.yaml:3:25: data.order: must be one of sequential, random, once; " +
			`got "twice"`,
		"bare.yaml": `bare.yaml:3:1: data: must be an object; got "users.csv"`,
	} {
		code, _, stderr := runCommand(t, "", "spec", "check", filepath.Join(dir, name))
		checkExit(t, name, code, exitUsage, stderr)
		checkContains(t, name, stderr, want)
	}
}

// A service takes data from the operator's directory alone, by name.
func TestDataOfAService(t *testing.T) {
	dir := writeFiles(t, map[string]string{"files/users.csv": users(3), "secret.csv": users(1)})
	if err := os.Symlink("../secret.csv", filepath.Join(dir, "files", "link.csv")); err != nil {
		t.Fatal(err)
	}
	server := newLoginServer(t)
	url, _, _ := serveHere(t, "--data", t.TempDir(), "--files", filepath.Join(dir, "files"))
	spec := func(data string) string {
		return fmt.Sprintf(`{"num_jobs": 7, "concurrency": 1, "data": %s, "workload": {"kind": "http",
			"url": "%s/login", "body": {"name": "{{data.name}}", "password": "{{data.password}}"}}}`, data, server.URL)
	}
	ran := post(t, url+"/benchmark/run", spec(`{"file": "users.csv"}`))
	checkContains(t, "the result", ran, `"ok":7`, `"data":{"file":"users.csv","order":"sequential"}`)
	if diff := cmp.Diff(map[string]int{"user-0": 3, "user-1": 2, "user-2": 2}, server.logins); diff != "" {
		t.Errorf("logins of the users (-want +got):\n%s", diff)
	}
	for data, want := range map[string]string{
		`{"file": "../secret.csv"}`: "must be the name of a file in the directory of --files, without a path",
		`{"file": "link.csv"}`:      `\"link.csv\", which cannot be opened: path escapes from parent`,
		`{"file": "none.csv"}`:      `\"none.csv\", which cannot be opened: no such file or directory`,
	} {
		answer := post(t, url+"/benchmark/run", spec(data))
		checkContains(t, data, answer, `"status":400`, `"location":"body.data.file"`, want)
		if strings.Contains(answer, dir) {
			t.Errorf("%s: the answer shows the operator's directory: %s", data, answer)
		}
	}
	without, _ := aureatest.Serve(t)
	checkContains(t, "a service without a directory", post(t, without+"/v1/runs", spec(`{"file": "users.csv"}`)),
		`"status":400`, "names a file, and this service has none; the operator can give it a directory with --files")
}
