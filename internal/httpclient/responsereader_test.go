package httpclient

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"testing"
)

// A body without a length ends with the connection, and a slow one is complete.
func TestServerThatDrips(t *testing.T) {
	s := serveRaw(t, afterRequest(func(c *net.TCPConn) {
		for _, b := range []byte("HTTP/1.1 200 OK\r\nA: b\r\n\r\nslow") {
			_, _ = c.Write([]byte{b})
			runtime.Gosched()
		}
	}))
	a := mustGet(t, client(t, Options{KeepAlive: true}), s.url)
	if string(a.Body) != "slow" || a.Header("a") != "b" {
		t.Errorf("got %q with the head %q", a.Body, a.head)
	}
}

// A gzip bomb is not decompressed.
func TestServerThatSendsABomb(t *testing.T) {
	var bomb bytes.Buffer
	w := gzip.NewWriter(&bomb)
	for range 4 {
		_, _ = w.Write(make([]byte, 1<<20))
	}
	_ = w.Close()
	s := serveRaw(t, func(c *net.TCPConn) {
		r, err := http.ReadRequest(bufio.NewReader(c))
		if err != nil || r.Header.Get("Accept-Encoding") != "" {
			return
		}
		_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n")
		_, _ = c.Write(bomb.Bytes())
	})
	a := mustGet(t, client(t, Options{}), s.url)
	if a.Length != int64(bomb.Len()) || !a.Truncated {
		t.Errorf("length %d, truncated: %v; want %d and true", a.Length, a.Truncated, bomb.Len())
	}
	if !bytes.Equal(a.Body, bomb.Bytes()[:1024]) {
		t.Error("the body does not start with the sent bytes")
	}
}

// Reading a body of any length takes one buffer.
func TestEndlessBodyTakesNoMemory(t *testing.T) {
	const size = 64 << 20
	s := serveRaw(t, afterRequest(func(c *net.TCPConn) { keepWriting(c, "HTTP/1.1 200 OK\r\n\r\n", "x") }))
	c := client(t, Options{MaxBody: size})
	var before, behind runtime.MemStats
	runtime.ReadMemStats(&before)
	a, err := get(t, c, s.url)
	runtime.ReadMemStats(&behind)
	wantClass(t, err, ClassBody, "limit")
	if a.Length < size-bigBuffer {
		t.Errorf("read only %d bytes", a.Length)
	}
	if grown := behind.TotalAlloc - before.TotalAlloc; grown > 4<<20 {
		t.Errorf("%d bytes were allocated to read %d", grown, a.Length)
	}
}

func TestMaxAnswer(t *testing.T) {
	for _, framing := range []string{
		"Content-Length: 5\r\n\r\nhello",
		"Transfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n", "\r\nhello",
	} {
		raw := "HTTP/1.1 200 OK\r\n" + framing
		if a, _, err := readAnswer(strings.NewReader(raw), false, 5); err != nil || a.Length != 5 {
			t.Errorf("%q within the limit: %d bytes, error %v", raw, a.Length, err)
		}
		_, again, err := readAnswer(strings.NewReader(raw), false, 4)
		wantClass(t, err, ClassBody, "limit of 4 bytes")
		if again {
			t.Errorf("%q: the connection is used again", raw)
		}
	}
}
