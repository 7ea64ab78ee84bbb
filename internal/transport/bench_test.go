package transport

import (
	"bufio"
	"net"
	"net/http"
	"testing"
)

// A fixed server answers every request that has no body with the same bytes, and
// costs as little as it can.
func fixedServer(tb testing.TB, answer string) string {
	tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	bytes := []byte(answer)
	serve := func(c net.Conn) {
		defer c.Close()
		in := bufio.NewReader(c)
		for {
			for line, err := in.ReadSlice('\n'); len(line) > 2; line, err = in.ReadSlice('\n') {
				if err != nil {
					return
				}
			}
			if _, err := in.Peek(0); err != nil {
				return
			}
			if _, err := c.Write(bytes); err != nil {
				return
			}
			if _, err := in.Peek(1); err != nil {
				return
			}
		}
	}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go serve(c)
		}
	}()
	tb.Cleanup(func() { _ = l.Close() })
	return "http://" + l.Addr().String()
}

func BenchmarkDo(b *testing.B) {
	url := fixedServer(b, "HTTP/1.1 200 OK\r\nServer: x\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello")
	c := New(Options{KeepAlive: true})
	defer c.Close()
	r, err := c.NewRequest("GET", url, http.Header{}, nil)
	if err != nil {
		b.Fatal(err)
	}
	var a Answer
	b.ReportAllocs()
	for b.Loop() {
		if err := c.Do(b.Context(), r, 16, &a); err != nil {
			b.Fatal(err)
		}
	}
	if string(a.Body) != "hello" {
		b.Fatalf("got %q", a.Body)
	}
}
