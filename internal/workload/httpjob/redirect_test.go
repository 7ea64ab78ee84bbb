package httpjob

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
)

// Redirects are followed as RFC 9110 says, up to the limit of the spec. Another
// origin gets no credentials.
func TestHTTPRedirects(t *testing.T) {
	var elsewhere atomic.Value
	other := serve(t, func(_ http.ResponseWriter, r *http.Request) { elsewhere.Store(r.Header.Clone()) })
	var last atomic.Value
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		last.Store(r.Method + " " + r.URL.Path + " " + string(body) + " " + r.Header.Get("Authorization"))
		switch r.URL.Path {
		case "/see":
			http.Redirect(w, r, "/end", http.StatusSeeOther)
		case "/keep":
			http.Redirect(w, r, "/end", http.StatusPermanentRedirect)
		case "/loop":
			http.Redirect(w, r, "/loop", http.StatusFound)
		case "/nowhere":
			w.WriteHeader(http.StatusFound)
		case "/out":
			http.Redirect(w, r, other.URL, http.StatusFound)
		}
	})
	tests := []struct {
		name, path, redirects, class, last string
		followed                           int64
	}{
		{"off", "/see", `0`, "", "POST /see x secret", 0},
		{"see other", "/see", `1`, "", "GET /end  secret", 1},
		{"permanent", "/keep", `1`, "", "POST /end x secret", 1},
		{"too many", "/loop", `3`, "redirect", "GET /loop  secret", 3},
		{"nowhere", "/nowhere", `1`, "redirect", "POST /nowhere x secret", 1},
		{"another host", "/out", `1`, "", "POST /out x secret", 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			o := runJob(t, server.URL, `{"url": "$URL`+test.path+`", "body": "x", "redirects": `+test.redirects+`,
				"headers": {"Authorization": "secret", "X-Own": "kept"}}`, 0)
			if class := o.Class(); class != test.class {
				t.Errorf("class %q (%v), want %q", class, o.Err, test.class)
			}
			if got := last.Load(); got != test.last {
				t.Errorf("last request %q, want %q", got, test.last)
			}
			if got := o.Counters["redirects"]; got != test.followed {
				t.Errorf("%d redirects, want %d", got, test.followed)
			}
		})
	}
	header := elsewhere.Load().(http.Header)
	if got := header.Get("Authorization"); got != "" {
		t.Errorf("the other origin got the credentials %q", got)
	}
	if got := header.Get("X-Own"); got != "kept" {
		t.Errorf("the other origin got X-Own %q, want kept", got)
	}
}

// A redirect keeps the method and the body. After 303, and for POST after 301 and
// 302, it becomes a GET without a body (RFC 9110, 15.4).
func TestHTTPRedirectMethods(t *testing.T) {
	var last atomic.Value
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if status, err := strconv.Atoi(r.URL.Path[1:]); err == nil {
			w.Header().Set("Location", "/end")
			w.WriteHeader(status)
			return
		}
		last.Store(fmt.Sprintf("%s %q %s", r.Method, body, r.Header.Get("Content-Type")))
	})
	sent := func(method string) string {
		body := "x"
		if method == "GET" || method == "HEAD" {
			body = ""
		}
		return fmt.Sprintf("%s %q text/plain", method, body)
	}
	for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"} {
		for _, status := range []int{301, 302, 303, 307, 308} {
			body := `, "body": "x", "headers": {"Content-Type": "text/plain"}`
			if method == "GET" || method == "HEAD" {
				body = `, "headers": {"Content-Type": "text/plain"}`
			}
			parameters := fmt.Sprintf(`{"url": "$URL/%d", "method": %q, "redirects": 1%s}`, status, method, body)
			o := runJob(t, server.URL, parameters, 0)
			if o.Err != nil {
				t.Fatal(o.Err)
			}
			want := sent(method)
			if status == 303 && method != "HEAD" || status < 303 && method == "POST" {
				want = `GET "" `
			}
			if got := last.Load(); got != want {
				t.Errorf("%s, %d: %s, want %s", method, status, got, want)
			}
		}
	}
}

// A redirect to the same origin sends the credentials, however the origin is
// written. Another host or port does not get them.
func TestHTTPRedirectsWithinAnOrigin(t *testing.T) {
	var last atomic.Value
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/" {
			w.Header().Set("Location", r.URL.Query().Get("to"))
			w.WriteHeader(http.StatusFound)
			return
		}
		last.Store(r.Header.Get("Authorization"))
	})
	_, port, _ := strings.Cut(strings.TrimPrefix(server.URL, "http://"), ":")
	for to, want := range map[string]string{
		"/end":                                     "secret",
		"//127.0.0.1:" + port + "/end":             "secret",
		"HTTP://127.0.0.1:" + port + "/end":        "secret",
		"http://127.0.0.1:" + port + "/end%23part": "secret",
		"http://LOCALHOST:" + port + "/end":        "",
		"http://127.0.0.2:" + port + "/end":        "",
	} {
		last.Store("none arrived")
		o := runJob(t, server.URL, `{
			"url": "$URL/?to=`+to+`", "headers": {"Authorization": "secret"}, "redirects": 1}`, 0)
		if strings.Contains(to, "127.0.0.2") { // nothing listens there
			want = "none arrived"
		} else if o.Err != nil {
			t.Errorf("%s: %v", to, o.Err)
		}
		if got := last.Load(); got != want {
			t.Errorf("%s: Authorization %q, want %q", to, got, want)
		}
	}
}
