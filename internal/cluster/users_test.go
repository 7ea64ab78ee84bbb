package cluster_test

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Workers divide the users of a run: each lives on one of them, with its number,
// its cookies and its connection.
func TestUsersOnWorkers(t *testing.T) {
	t.Parallel()
	s := startService(t, 3)
	var mu sync.Mutex
	var users, visitors int
	var all chan struct{} // closed when all users have come: on a fast machine one would do the jobs of another
	names, connections := map[string]map[string]bool{}, map[string]map[string]bool{}
	note := func(w http.ResponseWriter, r *http.Request) (come <-chan struct{}) {
		mu.Lock()
		defer mu.Unlock()
		user, visitor := r.Header.Get("X-User"), ""
		if cookie, err := r.Cookie("visitor"); err == nil {
			visitor = cookie.Value
		} else {
			visitors++
			visitor = strconv.Itoa(visitors)
			http.SetCookie(w, &http.Cookie{Name: "visitor", Value: visitor})
		}
		if names[user] == nil {
			names[user], connections[user] = map[string]bool{}, map[string]bool{}
			if len(names) == users {
				close(all)
			}
		}
		names[user][visitor], connections[user][r.RemoteAddr] = true, true
		return all
	}
	target := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-note(w, r):
		case <-r.Context().Done():
		}
	}))
	t.Cleanup(target.Close)
	for n, jobs := range map[int]int{7: 140, 2: 20, 5: 5} {
		users = n
		spec := fmt.Sprintf(`{"users": %d, "num_jobs": %d, "workload": {"kind": "steps", "steps": [
			{"kind": "http", "url": "%s", "headers": {"X-User": "{{user}}"}}, {"kind": "sleep", "duration": "2ms"}]}}`,
			users, jobs, target.URL)
		measured := executeOnce(t, s.dispatcher, spec, func() {
			mu.Lock()
			defer mu.Unlock()
			all = make(chan struct{})
			visitors, names, connections = 0, map[string]map[string]bool{}, map[string]map[string]bool{}
		})
		if measured.Tally.OK != int64(jobs) {
			t.Errorf("%d users: %d jobs are ok, want %d", users, measured.Tally.OK, jobs)
		}
		if users == 7 && len(measured.Workers.Of) != 3 {
			t.Errorf("%d workers took part, want 3", len(measured.Workers.Of))
		}
		var want []string
		for user := range users {
			want = append(want, strconv.Itoa(user))
		}
		if diff := cmp.Diff(want, slices.Sorted(maps.Keys(names))); diff != "" {
			t.Errorf("%d users (-want +got):\n%s", users, diff)
		}
		for user := range names {
			if len(names[user]) != 1 || len(connections[user]) != 1 {
				t.Errorf("%d users: user %s has the cookies of %d visitors and %d connections, want one of each",
					users, user, len(names[user]), len(connections[user]))
			}
		}
	}
}
