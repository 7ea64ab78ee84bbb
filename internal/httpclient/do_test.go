package httpclient

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// echo answers with the request.
func echo(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	w.Header().Set("X-Method", r.Method)
	w.Header().Set("X-Close", fmt.Sprint(r.Close))
	fmt.Fprintf(w, "%s %s %s", r.Host, r.RequestURI, body)
}

func TestDo(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(echo))
	defer server.Close()
	host := strings.TrimPrefix(server.URL, "http://")
	for _, keepAlive := range []bool{true, false} {
		c := client(t, Options{KeepAlive: keepAlive})
		r := prepare(t, c, "POST", server.URL+"/a%20b?c=d", nil, "the body")
		var a Response
		for i := range 3 {
			if err := c.Do(t.Context(), r, 1024, &a); err != nil {
				t.Fatal(err)
			}
			if got, want := string(a.Body), host+" /a%20b?c=d the body"; got != want || a.Status != 200 {
				t.Errorf("got %d %q, want %q", a.Status, got, want)
			}
			if want := i == 0 || !keepAlive; a.Connected != want {
				t.Errorf("request %d with KeepAlive %v: Connected is %v", i, keepAlive, a.Connected)
			}
			headers := [3]string{a.Header("x-method"), a.Header("X-CLOSE"), a.Header("X-Metho")}
			if want := [3]string{"POST", fmt.Sprint(!keepAlive), ""}; headers != want {
				t.Errorf("got the headers %q, want %q", headers, want)
			}
			sizes := [3]int64{a.Sent, a.Received, a.Length}
			want := [3]int64{int64(len(r.wire)), int64(len(a.head) + len(a.Body)), int64(len(a.Body))}
			if sizes != want {
				t.Errorf("Sent, Received and Length are %v, want %v", sizes, want)
			}
			if a.Phases.FirstByte <= 0 {
				t.Errorf("the phase FirstByte is %v, want more", a.Phases.FirstByte)
			}
			if (a.Phases.Connect > 0) != a.Connected {
				t.Errorf("the phase Connect is %v, connected: %v", a.Phases.Connect, a.Connected)
			}
			if other := a.Phases.DNS + a.Phases.TLS + a.Phases.Wait; other != 0 {
				t.Errorf("DNS, TLS and Wait took %v, want 0: %+v", other, a.Phases)
			}
		}
	}
}

func TestDoKeeps(t *testing.T) {
	const size = 300_000
	body := bytes.Repeat([]byte("0123456789"), size/10)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/length" {
			w.Header().Set("Content-Length", fmt.Sprint(size))
		}
		_, _ = w.Write(body)
	}))
	defer server.Close()
	c := client(t, Options{KeepAlive: true, MaxBody: size})
	var a Response
	for _, path := range []string{"/length", "/chunked"} {
		for _, keep := range []int{0, 1, 5000, size - 1, size, size + 1} {
			if err := c.Do(t.Context(), prepare(t, c, "GET", server.URL+path, nil, ""), keep, &a); err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(a.Body, body[:min(keep, size)]) {
				t.Errorf("%s, keep %d: kept %d wrong bytes", path, keep, len(a.Body))
			}
			if a.Truncated != (keep < size) || a.Length != size {
				t.Errorf("%s, keep %d: truncated: %v, length %d", path, keep, a.Truncated, a.Length)
			}
			if a.Received <= size {
				t.Errorf("%s: received %d bytes, want more than the body", path, a.Received)
			}
		}
	}
}

func TestDoHasNoBody(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/204":
			w.WriteHeader(204)
		case "/304":
			w.WriteHeader(304)
		default:
			w.Header().Set("Content-Length", "100")
		}
	}))
	defer server.Close()
	c := client(t, Options{KeepAlive: true})
	var a Response
	for i, r := range []*Request{
		prepare(t, c, "GET", server.URL+"/204", nil, ""),
		prepare(t, c, "GET", server.URL+"/304", nil, ""),
		prepare(t, c, "HEAD", server.URL+"/", nil, ""),
		prepare(t, c, "HEAD", server.URL+"/", nil, ""),
	} {
		if err := c.Do(t.Context(), r, 10, &a); err != nil {
			t.Fatal(err)
		}
		if a.Length != 0 || a.Connected != (i == 0) {
			t.Errorf("request %d: %d bytes, connected: %v", i, a.Length, a.Connected)
		}
	}
}

// Many goroutines may send one request; each gets its own response.
func TestDoConcurrently(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(echo))
	defer server.Close()
	c := client(t, Options{KeepAlive: true, Connections: 4})
	shared := prepare(t, c, "GET", server.URL+"/shared", nil, "")
	var all sync.WaitGroup
	for i := range 16 {
		all.Go(func() {
			own := prepare(t, c, "PUT", fmt.Sprintf("%s/%d", server.URL, i), nil, "x")
			var a Response
			for range 20 {
				for r, want := range map[*Request]string{shared: "/shared ", own: fmt.Sprintf("/%d x", i)} {
					ctx, cancel := context.WithTimeout(t.Context(), testTimeout)
					err := c.Do(ctx, r, 100, &a)
					cancel()
					if err != nil || !strings.HasSuffix(string(a.Body), want) {
						t.Errorf("got %q and the error %v, want %q", a.Body, err, want)
						return
					}
				}
			}
		})
	}
	all.Wait()
}
