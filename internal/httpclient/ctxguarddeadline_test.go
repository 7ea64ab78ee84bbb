package httpclient

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

// A request on a reused connection has its own deadline, whether that of the
// request before was earlier or later: what the connection waits for goes on
// until then.
func TestDeadlineOfEarlierRequest(t *testing.T) {
	const head, body = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n", "good"
	for name, answer := range map[string]func(c io.Writer, wait func()){
		"before the answer": func(c io.Writer, wait func()) { wait(); _, _ = io.WriteString(c, head+body) },
		"in the head": func(c io.Writer, wait func()) {
			_, _ = io.WriteString(c, head[:20])
			wait()
			_, _ = io.WriteString(c, head[20:]+body)
		},
		"in the body": func(c io.Writer, wait func()) {
			_, _ = io.WriteString(c, head+body[:2])
			wait()
			_, _ = io.WriteString(c, body[2:])
		},
	} {
		for _, secure := range []bool{false, true} {
			t.Run(name+map[bool]string{true: " over TLS"}[secure], func(t *testing.T) {
				t.Parallel()
				first := time.Now().Add(300 * time.Millisecond)
				serve := func(c io.ReadWriter) {
					countRequests(c, func(number int) {
						answer(c, func() {
							if number == 1 {
								time.Sleep(time.Until(first.Add(20 * time.Millisecond)))
							}
						})
					})
				}
				options, url := Options{KeepAlive: true}, ""
				if secure {
					s, trust := serveRawTLS(t, tls.VersionTLS13, func(c tlsConn) { serve(c) })
					options.TLS, url = trust, s.url
				} else {
					url = serveRaw(t, func(c *net.TCPConn) { serve(c) }).url
				}
				c := client(t, options)
				r := prepare(t, c, "GET", url, nil, "")
				var a Response
				if err := c.Do(deadlineOnly{t.Context(), first}, r, 10, &a); err != nil {
					t.Skipf("this machine is too busy for the first request: %v", err)
				}
				if err := c.Do(deadlineOnly{t.Context(), first.Add(testTimeout)}, r, 10, &a); err != nil {
					t.Errorf("after the earlier deadline: %v", err)
				}
				if a.Connected {
					t.Error("the second request had a connection of its own")
				}
			})
		}
	}
}

// A body that is written while an earlier request's deadline passes is written
// to its end.
func TestUploadOutlastsEarlierDeadline(t *testing.T) {
	first := time.Now().Add(300 * time.Millisecond)
	s := serveRaw(t, func(c *net.TCPConn) {
		in := bufio.NewReader(c)
		if !readRequest(in) {
			return
		}
		_, _ = io.WriteString(c, hello)
		time.Sleep(time.Until(first.Add(20 * time.Millisecond)))
		if readRequest(in) {
			_, _ = io.WriteString(c, hello)
		}
	})
	c := client(t, Options{KeepAlive: true})
	var a Response
	err := c.Do(deadlineOnly{t.Context(), first}, prepare(t, c, "GET", s.url, nil, ""), 0, &a)
	if err != nil {
		t.Skipf("this machine is too busy for the first request: %v", err)
	}
	big := prepare(t, c, "POST", s.url, nil, strings.Repeat("x", 32<<20))
	if err := c.Do(deadlineOnly{t.Context(), first.Add(testTimeout)}, big, 0, &a); err != nil {
		t.Errorf("after the earlier deadline: %v", err)
	}
	if a.Sent != int64(len(big.wire)) {
		t.Errorf("%d bytes sent of %d", a.Sent, len(big.wire))
	}
}

// A deadline earlier than that of the request before ends the request, and so
// does one that a request without any comes before.
func TestEarlierDeadlineAfterLater(t *testing.T) {
	silent := make(chan struct{})
	s := serveRaw(t, func(c *net.TCPConn) {
		countRequests(c, func(number int) {
			if number < 2 {
				_, _ = io.WriteString(c, hello)
			} else {
				<-silent
			}
		})
	})
	t.Cleanup(func() { close(silent) })
	c := client(t, Options{KeepAlive: true})
	r := prepare(t, c, "GET", s.url, nil, "")
	var a Response
	for _, ctx := range []context.Context{deadlineOnly{t.Context(), time.Now().Add(time.Hour)}, t.Context()} {
		if err := c.Do(ctx, r, 0, &a); err != nil {
			t.Fatal(err)
		}
	}
	err := c.Do(deadlineOnly{t.Context(), time.Now().Add(20 * time.Millisecond)}, r, 0, &a)
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got the error %v", err)
	}
	wantClass(t, err, ClassTimeout, "waiting for the answer")
}
