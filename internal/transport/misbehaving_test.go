package transport

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// reset ends a connection with RST.
func reset(c *net.TCPConn) {
	_ = c.SetLinger(0)
	_ = c.Close()
}

// after does something to a connection once a request has come.
func after(do func(c *net.TCPConn)) func(c *net.TCPConn) {
	return func(c *net.TCPConn) {
		if hear(bufio.NewReader(c)) {
			do(c)
		}
	}
}

func saying(text string) func(c *net.TCPConn) {
	return after(func(c *net.TCPConn) { _, _ = io.WriteString(c, text) })
}

func TestServersThatFail(t *testing.T) {
	const head = "HTTP/1.1 200 OK\r\n"
	for name, server := range map[string]struct {
		handle func(c *net.TCPConn)
		class  string
		says   string
	}{
		"closes at once":              {func(*net.TCPConn) {}, ClassReset, "waiting for the answer"},
		"closes before answer":        {after(func(*net.TCPConn) {}), ClassReset, "waiting for the answer: EOF"},
		"resets before answer":        {after(reset), ClassReset, "waiting for the answer"},
		"closes in the status line":   {saying("HTTP/1.1 2"), ClassReset, "reading the head of the answer: EOF"},
		"closes in the head":          {saying(head + "A: b\r\n"), ClassReset, "reading the head of the answer: EOF"},
		"closes in the body":          {saying(head + "Content-Length: 10\r\n\r\n123"), ClassBody, "reading the body of the answer: unexpected EOF"},
		"closes in a chunk":           {saying(head + "Transfer-Encoding: chunked\r\n\r\n5\r\nab"), ClassBody, "unexpected EOF"},
		"closes between chunks":       {saying(head + "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n"), ClassBody, "unexpected EOF"},
		"closes in the trailer":       {saying(head + "Transfer-Encoding: chunked\r\n\r\n0\r\nA: b\r\n"), ClassBody, "unexpected EOF"},
		"resets in the body":          {after(func(c *net.TCPConn) { _, _ = io.WriteString(c, head+"Content-Length: 10\r\n\r\n123"); reset(c) }), ClassBody, "reading the body of the answer"},
		"speaks something else":       {saying("220 mail.example ESMTP\r\n\r\n"), ClassProtocol, `"220 mail.example ESMTP"`},
		"speaks HTTP/2":               {saying("HTTP/2 200\r\n\r\n"), ClassProtocol, "HTTP/2 200"},
		"has no status":               {saying("HTTP/1.1 abc\r\n\r\n"), ClassProtocol, "status"},
		"has status 0":                {saying("HTTP/1.1 007 Bond\r\n\r\n"), ClassProtocol, "status"},
		"switches protocols":          {saying("HTTP/1.1 101 Fine\r\nUpgrade: x\r\n\r\n"), ClassProtocol, "switches protocols"},
		"has a space before a colon":  {saying(head + "Content-Length : 5\r\n\r\nhello"), ClassProtocol, "no header"},
		"folds a line":                {saying(head + "A: b\r\n c\r\n\r\n"), ClassProtocol, "no header"},
		"has two lengths":             {saying(head + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!"), ClassProtocol, "Content-Length"},
		"has a list of lengths":       {saying(head + "Content-Length: 5, 5\r\n\r\nhello"), ClassProtocol, "Content-Length"},
		"has a negative length":       {saying(head + "Content-Length: -5\r\n\r\nhello"), ClassProtocol, "Content-Length"},
		"has too large a length":      {saying(head + "Content-Length: 9223372036854775808\r\n\r\nhello"), ClassProtocol, "Content-Length"},
		"has no length":               {saying(head + "Content-Length:\r\n\r\nhello"), ClassProtocol, "Content-Length"},
		"has another coding":          {saying(head + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"), ClassProtocol, "Transfer-Encoding"},
		"has two codings":             {saying(head + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), ClassProtocol, "Transfer-Encoding"},
		"has garbage for a size":      {saying(head + "Transfer-Encoding: chunked\r\n\r\nxyz\r\nhello\r\n0\r\n\r\n"), ClassProtocol, "size of a chunk"},
		"has a signed size":           {saying(head + "Transfer-Encoding: chunked\r\n\r\n+5\r\nhello\r\n0\r\n\r\n"), ClassProtocol, "size of a chunk"},
		"has no size":                 {saying(head + "Transfer-Encoding: chunked\r\n\r\n\r\nhello\r\n0\r\n\r\n"), ClassProtocol, "size of a chunk"},
		"has too large a size":        {saying(head + "Transfer-Encoding: chunked\r\n\r\n8000000000000000\r\nhello\r\n0\r\n\r\n"), ClassProtocol, "size of a chunk"},
		"has too long a size":         {saying(head + "Transfer-Encoding: chunked\r\n\r\n00000000000000005\r\nhello\r\n0\r\n\r\n"), ClassProtocol, "size of a chunk"},
		"has a chunk over its size":   {saying(head + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello!\r\n0\r\n\r\n"), ClassProtocol, "longer than its size"},
		"ends a chunk line with LF":   {saying(head + "Transfer-Encoding: chunked\r\n\r\n5\nhello\r\n0\r\n\r\n"), ClassProtocol, "CRLF"},
		"has an endless chunk line":   {after(func(c *net.TCPConn) { pour(c, head+"Transfer-Encoding: chunked\r\n\r\n5;", "x") }), ClassProtocol, "longer than 1024 bytes"},
		"has garbage for a trailer":   {saying(head + "Transfer-Encoding: chunked\r\n\r\n0\r\nhello\r\n\r\n"), ClassProtocol, "trailer"},
		"has an endless trailer":      {after(func(c *net.TCPConn) { pour(c, head+"Transfer-Encoding: chunked\r\n\r\n0\r\n", "A: b\r\n") }), ClassProtocol, "1000 lines"},
		"has an endless head":         {after(func(c *net.TCPConn) { pour(c, head, "A: b\r\n") }), ClassProtocol, "1000 lines"},
		"has an endless header":       {after(func(c *net.TCPConn) { pour(c, head+"A: ", "b") }), ClassProtocol, "65536 bytes"},
		"has an endless status line":  {after(func(c *net.TCPConn) { pour(c, "HTTP/1.1 200 ", "O") }), ClassProtocol, "65536 bytes"},
		"never gets to the point":     {after(func(c *net.TCPConn) { pour(c, "", "HTTP/1.1 103 Early\r\nLink: x\r\n\r\n") }), ClassProtocol, "16 informational"},
		"has an endless body":         {after(func(c *net.TCPConn) { pour(c, head+"\r\n", "x") }), ClassBody, "limit of 1000000 bytes"},
		"has endless chunks":          {after(func(c *net.TCPConn) { pour(c, head+"Transfer-Encoding: chunked\r\n\r\n", "5\r\nhello\r\n") }), ClassBody, "limit of 1000000 bytes"},
		"says that the body is large": {after(func(c *net.TCPConn) { pour(c, head+"Content-Length: 1000001\r\n\r\n", "") }), ClassBody, "limit of 1000000 bytes"},
		"says that a chunk is large":  {after(func(c *net.TCPConn) { pour(c, head+"Transfer-Encoding: chunked\r\n\r\nf4241\r\n", "") }), ClassBody, "limit of 1000000 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			s := serveRaw(t, server.handle)
			c := client(t, Options{KeepAlive: true, MaxAnswer: 1_000_000})
			for range 2 { // whatever it leaves behind is not used again
				a, err := get(t, c, s.url)
				wantClass(t, err, server.class, server.says)
				if !a.Connected || cap(a.Body) > 2048 {
					t.Errorf("connected: %v, a body of %d bytes where 1024 were to be kept", a.Connected, cap(a.Body))
				}
			}
		})
	}
}

// pour writes a beginning, and then the same for as long as it is read. Nothing
// again and again is to wait for the other side to close.
func pour(c *net.TCPConn, beginning, again string) {
	_, _ = io.WriteString(c, beginning)
	if again == "" {
		_, _ = io.Copy(io.Discard, c)
		return
	}
	for many := []byte(strings.Repeat(again, 1+8192/len(again))); ; {
		if _, err := c.Write(many); err != nil {
			return
		}
	}
}

func TestServersThatAreOdd(t *testing.T) {
	for name, server := range map[string]struct {
		answer string
		status int
		body   string
		again  bool // whether the connection is used again
	}{
		"fails":                     {"HTTP/1.1 500 Oh\r\nContent-Length: 2\r\n\r\nno", 500, "no", true},
		"has no reason":             {"HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok", 200, "ok", true},
		"has a status of its own":   {"HTTP/1.1 799 x\r\nContent-Length: 2\r\n\r\nok", 799, "ok", true},
		"ends lines with LF":        {"HTTP/1.1 200 OK\nContent-Length: 2\n\nok", 200, "ok", true},
		"says the length twice":     {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\ncontent-length: 2 \r\n\r\nok", 200, "ok", true},
		"says first to go on":       {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", 200, "ok", true},
		"has chunks":                {"HTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\n\r\n2;a=b\r\nok\r\nA \r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n", 200, "ok0123456789", true},
		"has an empty body":         {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 200, "", true},
		"has two kinds of length":   {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", 200, "ok", false},
		"says that it closes":       {"HTTP/1.1 200 OK\r\nConnection: x, Close\r\nContent-Length: 2\r\n\r\nok", 200, "ok", false},
		"speaks HTTP/1.0":           {"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", 200, "ok", false},
		"speaks HTTP/1.0 and stays": {"HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 2\r\n\r\nok", 200, "ok", true},
		"says too much":             {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil", 200, "ok", false},
		"says 204 with a body":      {"HTTP/1.1 204 None\r\nContent-Length: 4\r\n\r\n", 204, "", true},
	} {
		t.Run(name, func(t *testing.T) {
			s := serveRaw(t, answering(server.answer))
			c := client(t, Options{KeepAlive: true})
			for i := range 3 {
				a := mustGet(t, c, s.url)
				if a.Status != server.status || string(a.Body) != server.body || a.Truncated {
					t.Errorf("got %d %q, want %d %q", a.Status, a.Body, server.status, server.body)
				}
				if want := i == 0 || !server.again; a.Connected != want {
					t.Errorf("request %d: connected: %v", i, a.Connected)
				}
				if a.Received != int64(len(server.answer)) {
					t.Errorf("received %d bytes of %d", a.Received, len(server.answer))
				}
			}
		})
	}
}

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

// A server may answer, and close, before it has read the request.
func TestServerThatDoesNotListen(t *testing.T) {
	s := serveRaw(t, func(c *net.TCPConn) {
		_, _ = io.WriteString(c, "HTTP/1.1 413 Enough\r\nContent-Length: 2\r\n\r\nno")
		_ = c.CloseWrite()
		_, _ = io.CopyN(io.Discard, c, 100_000)
		reset(c)
	})
	c := client(t, Options{KeepAlive: true})
	r := prepare(t, c, "POST", s.url, nil, strings.Repeat("x", 32<<20))
	var a Answer
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	err := c.Do(ctx, r, 10, &a)
	if err == nil && (a.Status != 413 || string(a.Body) != "no") {
		t.Errorf("got %d %q", a.Status, a.Body)
	}
	if err != nil {
		wantClass(t, err, ClassReset, "waiting for the answer") // the reset may overtake the answer
	}
	if a.Sent >= int64(len(r.wire)) {
		t.Errorf("%d bytes sent of %d", a.Sent, len(r.wire))
	}
}

func TestNobodyListens(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = l.Close()
	_, err = get(t, client(t, Options{}), "http://"+l.Addr().String())
	wantClass(t, err, ClassConnect, "connecting to 127.0.0.1")
}

// However long the body is, what it takes of memory is a buffer.
func TestEndlessBodyTakesNoMemory(t *testing.T) {
	const size = 64 << 20
	s := serveRaw(t, after(func(c *net.TCPConn) { pour(c, "HTTP/1.1 200 OK\r\n\r\n", "x") }))
	c := client(t, Options{MaxAnswer: size})
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

// Whatever a server is slow at, the context ends the wait for it.
func TestContextEndsTheWait(t *testing.T) {
	for name, handle := range map[string]func(c *net.TCPConn, over <-chan struct{}){
		"for the answer": func(c *net.TCPConn, over <-chan struct{}) {
			hear(bufio.NewReader(c))
			<-over
		},
		"for the head's end": func(c *net.TCPConn, over <-chan struct{}) {
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\n")
			<-over
		},
		"for the body": func(c *net.TCPConn, over <-chan struct{}) {
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab")
			<-over
		},
		"in an endless body": func(c *net.TCPConn, over <-chan struct{}) {
			pour(c, "HTTP/1.1 200 OK\r\n\r\n", "x")
		},
		"to be heard": func(c *net.TCPConn, over <-chan struct{}) {
			<-over
		},
	} {
		for _, how := range []string{"cancelled", "timed out", "deadline alone"} {
			t.Run(name+" "+how, func(t *testing.T) {
				over := make(chan struct{})
				s := serveRaw(t, func(c *net.TCPConn) { handle(c, over) })
				t.Cleanup(func() { close(over) })
				c := client(t, Options{KeepAlive: true})
				body := ""
				if name == "to be heard" {
					body = strings.Repeat("x", 16<<20)
				}
				r := prepare(t, c, "POST", s.url, nil, body)
				ctx, cancel := soonOver(t, how, 50*time.Millisecond)
				defer cancel()
				want := context.DeadlineExceeded
				if how == "cancelled" {
					want = context.Canceled
				}
				var a Answer
				err := c.Do(ctx, r, 0, &a)
				if !errors.Is(err, want) {
					t.Errorf("got the error %v, want %v", err, want)
				}
				if how != "cancelled" {
					wantClass(t, err, ClassTimeout, "the answer")
				}
			})
		}
	}
}

// A deadlineOnly is a context with the Done of another.
type deadlineOnly struct {
	context.Context
	deadline time.Time
}

func (c deadlineOnly) Deadline() (time.Time, bool) { return c.deadline, true }

// A connection that was idle when its server closed it is noticed before anything
// is sent, whatever the method.
func TestStaleConnectionIsNoticed(t *testing.T) {
	closed := make(chan struct{}, 10)
	s := serveRaw(t, func(c *net.TCPConn) {
		defer func() { _ = c.Close(); closed <- struct{}{} }()
		saying("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")(c)
	})
	c := client(t, Options{KeepAlive: true})
	for i := range 5 {
		var a Answer
		if err := c.Do(t.Context(), prepare(t, c, "POST", s.url, nil, "x"), 10, &a); err != nil || !a.Connected {
			t.Fatalf("request %d: error %v, connected: %v", i, err, a.Connected)
		}
		<-closed
	}
	if s.accepted.Load() != 5 {
		t.Errorf("%d connections, want 5", s.accepted.Load())
	}
}

// A connection that ends as it is used again leaves open what became of the
// request: it is sent once more if that does no harm.
func TestStaleConnectionIsReplaced(t *testing.T) {
	for method, want := range map[string]bool{"GET": true, "HEAD": true, "PUT": true, "DELETE": true, "OPTIONS": true, "POST": false, "PATCH": false} {
		t.Run(method, func(t *testing.T) {
			var heard atomic.Int64
			s := serveRaw(t, func(c *net.TCPConn) {
				in := bufio.NewReader(c)
				for hear(in) {
					if heard.Add(1) == 2 {
						return
					}
					_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
				}
			})
			c := client(t, Options{KeepAlive: true})
			r := prepare(t, c, method, s.url, nil, "")
			var a Answer
			if err := c.Do(t.Context(), r, 0, &a); err != nil {
				t.Fatal(err)
			}
			err := c.Do(t.Context(), r, 0, &a)
			if want && (err != nil || !a.Connected || heard.Load() != 3) {
				t.Errorf("error %v, connected: %v, %d requests arrived; want them to be 3", err, a.Connected, heard.Load())
			}
			if !want {
				wantClass(t, err, ClassReset, "waiting for the answer")
				if heard.Load() != 2 {
					t.Errorf("%d requests arrived", heard.Load())
				}
			}
		})
	}
}

// A server that always hangs up on the second request is not asked for ever.
func TestRepeatedOnce(t *testing.T) {
	var heard atomic.Int64
	s := serveRaw(t, func(c *net.TCPConn) {
		if in := bufio.NewReader(c); hear(in) && heard.Add(1) == 1 {
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
			if hear(in) {
				heard.Add(1)
			}
		}
	})
	c := client(t, Options{KeepAlive: true})
	mustGet(t, c, s.url)
	_, err := get(t, c, s.url)
	wantClass(t, err, ClassReset, "waiting for the answer")
	if heard.Load() != 3 {
		t.Errorf("%d requests arrived, want 3", heard.Load())
	}
}

// What a server says unasked, between two requests, is not the answer to the next.
func TestUnaskedAnswerIsNotTaken(t *testing.T) {
	said := make(chan struct{}, 1)
	ask := make(chan struct{})
	s := serveRaw(t, func(c *net.TCPConn) {
		saying("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood")(c)
		<-ask
		_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil")
		said <- struct{}{}
		_, _ = io.Copy(io.Discard, c)
	})
	c := client(t, Options{KeepAlive: true})
	mustGet(t, c, s.url)
	ask <- struct{}{}
	<-said
	if a := mustGet(t, c, s.url); string(a.Body) != "good" || !a.Connected {
		t.Errorf("got %q, connected: %v", a.Body, a.Connected)
	}
	close(ask)
}
