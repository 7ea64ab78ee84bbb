package examples_test

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

// A shop checks every request, and counts what each user did.
type shop struct {
	mu       sync.Mutex
	logins   map[string]int
	profiles map[string]int
	visits   map[string]int
	wrong    []string
}

func (s *shop) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch page, name := filepath.Split(r.URL.Path); {
	case r.URL.Path == "/login" && r.Method == http.MethodPost:
		var user struct{ Name, Password string }
		if err := json.NewDecoder(r.Body).Decode(&user); err != nil || user.Password != "word of "+user.Name {
			s.refuse(w, r, fmt.Sprintf("the password of %q is %q", user.Name, user.Password))
			return
		}
		s.logins[user.Name]++
		http.SetCookie(w, &http.Cookie{Name: "session", Value: "session-of-" + user.Name, Path: "/"})
		fmt.Fprintf(w, `{"token": "token of %s"}`, user.Name)
	case page == "/profile/":
		session, err := r.Cookie("session")
		if err != nil || session.Value != "session-of-"+name {
			s.refuse(w, r, fmt.Sprintf("the session of %q is %v", name, session))
			return
		}
		if got := r.Header.Get("Authorization"); got != "Bearer token of "+name {
			s.refuse(w, r, fmt.Sprintf("the token of %q is %q", name, got))
			return
		}
		s.profiles[name]++
	case r.URL.Path == "/shop" && r.Header.Get("Authorization") == "" && r.Header.Get("Cookie") == "":
		s.visits[r.URL.Query().Get("for")]++
	default:
		s.refuse(w, r, "is no request of the flow")
	}
}

// refuse notes a wrong request.
func (s *shop) refuse(w http.ResponseWriter, r *http.Request, why string) {
	s.wrong = append(s.wrong, r.Method+" "+r.URL.String()+": "+why)
	w.WriteHeader(http.StatusForbidden)
}

// Of 10,000 users each signs in once, with its own password, token and cookie,
// while others browse as users in the order of the file.
func TestLogin(t *testing.T) {
	const users, visits = 10_000, 12_000
	shop := &shop{logins: map[string]int{}, profiles: map[string]int{}, visits: map[string]int{}}
	server := httptest.NewServer(shop)
	defer server.Close()
	dir := t.TempDir()
	spec, err := os.ReadFile("specs/login.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var rows strings.Builder
	rows.WriteString("name,password\n")
	once, browsed := map[string]int{}, map[string]int{}
	for i := range users {
		name := fmt.Sprintf("user-%d", i)
		fmt.Fprintf(&rows, "%s,word of %s\n", name, name)
		once[name] = 1
		if browsed[name]++; i < visits-users { // the file begins again
			browsed[name]++
		}
	}
	for file, content := range map[string]string{"login.yaml": string(spec), "users.csv": rows.String()} {
		if err := os.WriteFile(filepath.Join(dir, file), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, value := range map[string]string{
		"TARGET": server.URL, "THINK": "1ms", "RATE": "1000", "VISITS": fmt.Sprint(visits),
	} {
		t.Setenv(name, value)
	}
	stdout, stderr, code := run(t, aureatest.Binary(t), "run", filepath.Join(dir, "login.yaml"), "-o", "json")
	if code != 0 {
		t.Errorf("exit %d, want 0\n%s", code, stderr)
	}
	for _, wrong := range shop.wrong[:min(len(shop.wrong), 5)] {
		t.Error(wrong)
	}
	for what, counts := range map[string][2]map[string]int{
		"logins": {once, shop.logins}, "profiles": {once, shop.profiles}, "visits": {browsed, shop.visits},
	} {
		if diff := cmp.Diff(counts[0], counts[1]); diff != "" {
			t.Errorf("%s by user (-want +got):\n%.2000s", what, diff)
		}
	}
	var result aurea.Result
	if err := json.Unmarshal([]byte(stdout), &result); err != nil {
		t.Fatalf("%v in\n%s", err, stdout)
	}
	if result.Verdict != aurea.VerdictPass {
		t.Errorf("the verdict is %s", result.Verdict)
	}
	ok := map[string]int64{}
	for _, scenario := range result.Scenarios {
		ok[scenario.Name] = scenario.Counts.OK
		if scenario.Verdict != aurea.VerdictPass {
			t.Errorf("the verdict of %s is %s: %+v", scenario.Name, scenario.Verdict, scenario.Thresholds)
		}
	}
	if diff := cmp.Diff(map[string]int64{"sign_in": users, "browse": visits}, ok); diff != "" {
		t.Errorf("ok jobs by scenario (-want +got):\n%s", diff)
	}
	if result.Counts.OK != users+visits {
		t.Errorf("%d jobs are ok in all, want %d", result.Counts.OK, users+visits)
	}
}
