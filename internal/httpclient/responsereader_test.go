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

// A body without a length ends with the connection, and a slow one is whole.
func TestServerThatDrips(t *testing.T) {
	s := serveRaw(t, after(func(c *net.TCPConn) {
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

// A gzip bomb is its own bytes, and was not asked for.
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
	if a.Length != int64(bomb.Len()) || !a.Truncated || !bytes.Equal(a.Body, bomb.Bytes()[:1024]) {
		t.Errorf("got %d bytes of %d", a.Length, bomb.Len())
	}
}

// However long the body is, what it takes of memory is a buffer.
func TestEndlessBodyTakesNoMemory(t *testing.T) {
	const size = 64 << 20
	s := serveRaw(t, after(func(c *net.TCPConn) { pour(c, "HTTP/1.1 200 OK\r\n\r\n", "x") }))
	c := client(t, Options{MaxBody: size})
	var before, behind runtime.MemStats
	runtime.ReadMemStats(&before)
	a, err := get(t, c, s.url)
	runtime.ReadMemStats(&behind)
	wantClass(t, err, ClassBody, "limit")
	if a.Length < size-bigBuffer {
		t.Errorf("only %d bytes were read", a.Length)
	}
	if grown := behind.TotalAlloc - before.TotalAlloc; grown > 4<<20 {
		t.Errorf("%d bytes were allocated to read %d", grown, a.Length)
	}
}

func TestMaxAnswer(t *testing.T) {
	for _, framing := range []string{"Content-Length: 5\r\n\r\nhello", "Transfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n", "\r\nhello"} {
		raw := "HTTP/1.1 200 OK\r\n" + framing
		if a, _, err := read(strings.NewReader(raw), false, 5); err != nil || a.Length != 5 {
			t.Errorf("%q within the limit: %d bytes, error %v", raw, a.Length, err)
		}
		_, again, err := read(strings.NewReader(raw), false, 4)
		wantClass(t, err, ClassBody, "limit of 4 bytes")
		if again {
			t.Errorf("%q: the connection is used again", raw)
		}
	}
}
