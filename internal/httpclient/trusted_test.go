package httpclient

import (
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
)

// closeAfter answers n requests of each connection and closes it. It sends to
// closed when it has.
func closeAfter(n int, closed chan<- struct{}) func(c *net.TCPConn) {
	return func(c *net.TCPConn) {
		countRequests(c, func(number int) {
			_, _ = io.WriteString(c, hello)
			if number == n-1 {
				_ = c.Close()
				closed <- struct{}{}
			}
		})
	}
}

// A connection that was quiet before many requests ends: the next request goes
// over a new one, and of a method that may not be sent again it is sent once.
func TestTrustedConnectionThatEnds(t *testing.T) {
	const answers = 3 * trustedAfter
	for method, mayRetry := range map[string]bool{"GET": true, "POST": false} {
		t.Run(method, func(t *testing.T) {
			closed := make(chan struct{}, 10)
			s := serveRaw(t, closeAfter(answers, closed))
			c := client(t, Options{KeepAlive: true})
			r := prepare(t, c, method, s.url, nil, "")
			var a Response
			for i := range 3 * answers {
				if err := c.Do(t.Context(), r, 0, &a); err != nil {
					t.Fatalf("request %d: %v", i, err)
				}
				if want := i%answers == 0; a.Connected != want {
					t.Fatalf("request %d: connected: %v", i, a.Connected)
				}
				if a.Retries > 0 && !mayRetry {
					t.Errorf("request %d was sent again", i)
				}
				if i%answers == answers-1 {
					<-closed
				}
			}
			if got := s.accepted.Load(); got != 3 {
				t.Errorf("%d connections, want 3", got)
			}
		})
	}
}

// Heads are told apart, however much of them is the same.
func TestHeadsThatBeginAlike(t *testing.T) {
	answers := []string{
		"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na",
		"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nb",
		"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nX-Last: c\r\n\r\nc",
		"HTTP/1.1 404 OK\r\nContent-Length: 1\r\n\r\nd",
		"HTTP/1.1 404 OK\r\nContent-Length: 2\r\n\r\nee",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nf\r\n0\r\n\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\ngg\r\n0\r\n\r\n",
		"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nh",
		"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\ni",
	}
	s := serveRaw(t, func(c *net.TCPConn) {
		countRequests(c, func(number int) { _, _ = io.WriteString(c, answers[number%len(answers)]) })
	})
	c := client(t, Options{KeepAlive: true})
	r := prepare(t, c, "GET", s.url, nil, "")
	var again Response
	for i := range 2 * len(answers) {
		if err := c.Do(t.Context(), r, 10, &again); err != nil {
			t.Fatalf("request %d: %v", i, err)
		}
		got := describe(again)
		fresh, _, err := readAnswer(strings.NewReader(answers[i%len(answers)]), false, 10)
		if err != nil {
			t.Fatal(err)
		}
		if want := describe(fresh); got != want {
			t.Errorf("request %d: got %s, want %s", i, got, want)
		}
	}
}

// describe returns what a response said.
func describe(a Response) string {
	return fmt.Sprintf("%d %q %q %s", a.Status, a.Header("Content-Length"), a.Header("X-Last"), a.Body)
}
