package httpclient

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
)

// reset closes a connection with RST.
func reset(c *net.TCPConn) {
	_ = c.SetLinger(0)
	_ = c.Close()
}

// afterRequest calls do when a request has arrived.
func afterRequest(do func(c *net.TCPConn)) func(c *net.TCPConn) {
	return func(c *net.TCPConn) {
		if readRequest(bufio.NewReader(c)) {
			do(c)
		}
	}
}

func serveText(text string) func(c *net.TCPConn) {
	return afterRequest(func(c *net.TCPConn) { _, _ = io.WriteString(c, text) })
}

// ok200 is the status line of a successful answer.
const ok200 = "HTTP/1.1 200 OK\r\n"

// A failingServer fails requests with an error of a class.
type failingServer struct {
	handle func(c *net.TCPConn)
	class  string
	says   string
}

var failingServers = map[string]failingServer{
	"closes at once":            {func(*net.TCPConn) {}, ClassReset, "waiting for the answer"},
	"closes before answer":      {afterRequest(func(*net.TCPConn) {}), ClassReset, "waiting for the answer: EOF"},
	"resets before answer":      {afterRequest(reset), ClassReset, "waiting for the answer"},
	"closes in the status line": {serveText("HTTP/1.1 2"), ClassReset, "reading the head of the answer: EOF"},
	"closes in the head":        {serveText(ok200 + "A: b\r\n"), ClassReset, "reading the head of the answer: EOF"},
	"closes in the body": {serveText(ok200 + "Content-Length: 10\r\n\r\n123"), ClassBody,
		"reading the body of the answer: unexpected EOF"},
	"closes in a chunk": {serveText(ok200 + "Transfer-Encoding: chunked\r\n\r\n5\r\nab"), ClassBody,
		"unexpected EOF"},
	"closes between chunks": {serveText(ok200 + "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n"), ClassBody,
		"unexpected EOF"},
	"closes in the trailer": {serveText(ok200 + "Transfer-Encoding: chunked\r\n\r\n0\r\nA: b\r\n"), ClassBody,
		"unexpected EOF"},
	"resets in the body": {afterRequest(func(c *net.TCPConn) {
		_, _ = io.WriteString(c, ok200+"Content-Length: 10\r\n\r\n123")
		reset(c)
	}), ClassBody,
		"reading the body of the answer"},
	"speaks something else": {serveText("220 mail.example ESMTP\r\n\r\n"), ClassProtocol,
		`"220 mail.example ESMTP"`},
	"speaks HTTP/2": {serveText("HTTP/2 200\r\n\r\n"), ClassProtocol, "HTTP/2 200"},
	"has no status": {serveText("HTTP/1.1 abc\r\n\r\n"), ClassProtocol, "status"},
	"has status 0":  {serveText("HTTP/1.1 007 Bond\r\n\r\n"), ClassProtocol, "status"},
	"switches protocols": {serveText("HTTP/1.1 101 Fine\r\nUpgrade: x\r\n\r\n"), ClassProtocol,
		"switches protocols"},
	"has a space before a colon": {serveText(ok200 + "Content-Length : 5\r\n\r\nhello"), ClassProtocol, "no header"},
	"folds the first line":       {serveText(ok200 + " A: b\r\n\r\n"), ClassProtocol, "no header"},
	"has two lengths": {serveText(ok200 + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!"),
		ClassProtocol, "Content-Length"},
	"has a list of lengths": {serveText(ok200 + "Content-Length: 5, 5\r\n\r\nhello"), ClassProtocol,
		"Content-Length"},
	"has a negative length": {serveText(ok200 + "Content-Length: -5\r\n\r\nhello"), ClassProtocol, "Content-Length"},
	"has too large a length": {serveText(ok200 + "Content-Length: 9223372036854775808\r\n\r\nhello"),
		ClassProtocol, "Content-Length"},
	"has no length": {serveText(ok200 + "Content-Length:\r\n\r\nhello"), ClassProtocol, "Content-Length"},
	"has another coding": {serveText(ok200 + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
		ClassProtocol, "Transfer-Encoding"},
	"has two codings": {serveText(ok200 +
		"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), ClassProtocol,
		"Transfer-Encoding"},
	"has garbage for a size": {serveText(ok200 + "Transfer-Encoding: chunked\r\n\r\nxyz\r\nhello\r\n0\r\n\r\n"),
		ClassProtocol, "size of a chunk"},
	"has a signed size": {serveText(ok200 + "Transfer-Encoding: chunked\r\n\r\n+5\r\nhello\r\n0\r\n\r\n"),
		ClassProtocol, "size of a chunk"},
	"has no size": {serveText(ok200 + "Transfer-Encoding: chunked\r\n\r\n\r\nhello\r\n0\r\n\r\n"),
		ClassProtocol, "size of a chunk"},
	"has too large a size": {serveText(ok200 +
		"Transfer-Encoding: chunked\r\n\r\n8000000000000000\r\nhello\r\n0\r\n\r\n"), ClassProtocol,
		"size of a chunk"},
	"has too long a size": {serveText(ok200 +
		"Transfer-Encoding: chunked\r\n\r\n00000000000000005\r\nhello\r\n0\r\n\r\n"), ClassProtocol,
		"size of a chunk"},
	"has a chunk over its size": {serveText(ok200 + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello!\r\n0\r\n\r\n"),
		ClassProtocol, "longer than its size"},
	"ends a chunk line with LF": {serveText(ok200 + "Transfer-Encoding: chunked\r\n\r\n5\nhello\r\n0\r\n\r\n"),
		ClassProtocol, "CRLF"},
	"has an endless chunk line": {afterRequest(func(c *net.TCPConn) {
		keepWriting(c, ok200+"Transfer-Encoding: chunked\r\n\r\n5;", "x")
	}), ClassProtocol, "limit of 16384 bytes"},
	"has garbage for a trailer": {serveText(ok200 + "Transfer-Encoding: chunked\r\n\r\n0\r\nhello\r\n\r\n"),
		ClassProtocol, "trailer"},
	"has an endless trailer": {afterRequest(func(c *net.TCPConn) {
		keepWriting(c, ok200+"Transfer-Encoding: chunked\r\n\r\n0\r\n", "A: b\r\n")
	}), ClassProtocol, "limit of"},
	"has an endless head": {afterRequest(func(c *net.TCPConn) { keepWriting(c, ok200, "A: b\r\n") }),
		ClassProtocol, "limit of"},
	"has an endless header": {afterRequest(func(c *net.TCPConn) { keepWriting(c, ok200+"A: ", "b") }),
		ClassProtocol, "limit of 307200 bytes"},
	"has an endless status line": {afterRequest(func(c *net.TCPConn) { keepWriting(c, "HTTP/1.1 200 ", "O") }),
		ClassProtocol, "limit of 307200 bytes"},
	"never gets to the point": {afterRequest(func(c *net.TCPConn) {
		keepWriting(c, "", "HTTP/1.1 103 Early\r\nLink: x\r\n\r\n")
	}), ClassProtocol, "1000 informational"},
	"has an endless body": {afterRequest(func(c *net.TCPConn) { keepWriting(c, ok200+"\r\n", "x") }),
		ClassBody, "limit of 1000000 bytes"},
	"has endless chunks": {afterRequest(func(c *net.TCPConn) {
		keepWriting(c, ok200+"Transfer-Encoding: chunked\r\n\r\n", "5\r\nhello\r\n")
	}), ClassBody,
		"limit of 1000000 bytes"},
	"says that the body is large": {afterRequest(func(c *net.TCPConn) {
		keepWriting(c, ok200+"Content-Length: 1000001\r\n\r\n", "")
	}), ClassBody, "limit of 1000000 bytes"},
	"says that a chunk is large": {afterRequest(func(c *net.TCPConn) {
		keepWriting(c, ok200+"Transfer-Encoding: chunked\r\n\r\nf4241\r\n", "")
	}), ClassBody,
		"limit of 1000000 bytes"},
}

func TestFailingServers(t *testing.T) {
	for name, server := range failingServers {
		t.Run(name, func(t *testing.T) {
			s := serveRaw(t, server.handle)
			c := client(t, Options{KeepAlive: true, MaxBody: 1_000_000})
			for range 2 { // the failed connection must not be reused
				a, err := get(t, c, s.url)
				wantClass(t, err, server.class, server.says)
				if !a.Connected || cap(a.Body) > 2048 {
					t.Errorf("connected: %v, a body of %d bytes where 1024 were to be kept", a.Connected, cap(a.Body))
				}
			}
		})
	}
}

// keepWriting writes a beginning and then repeats a text while the client
// reads. With an empty text it waits until the client closes.
func keepWriting(c *net.TCPConn, beginning, again string) {
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

func TestUnusualServers(t *testing.T) {
	for name, server := range map[string]struct {
		answer string
		status int
		body   string
		again  bool // whether the connection is reused
	}{
		"fails":                   {"HTTP/1.1 500 Oh\r\nContent-Length: 2\r\n\r\nno", 500, "no", true},
		"has no reason":           {"HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok", 200, "ok", true},
		"has a status of its own": {"HTTP/1.1 799 x\r\nContent-Length: 2\r\n\r\nok", 799, "ok", true},
		"ends lines with LF":      {"HTTP/1.1 200 OK\nContent-Length: 2\n\nok", 200, "ok", true},
		"says the length twice": {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\ncontent-length: 2 \r\n\r\nok", 200, "ok",
			true},
		"says first to go on": {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: x\r\n\r\nHTTP/1.1 " +
			"200 OK\r\nContent-Length: 2\r\n\r\nok", 200, "ok", true},
		"has chunks": {"HTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\n\r\n2;a=b\r\nok\r\nA " +
			"\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n", 200, "ok0123456789", true},
		"has an empty body": {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 200, "", true},
		"has two kinds of length": {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: " +
			"chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", 200, "ok", false},
		"says that it closes": {"HTTP/1.1 200 OK\r\nConnection: x, Close\r\nContent-Length: 2\r\n\r\nok", 200,
			"ok", false},
		"speaks HTTP/1.0": {"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", 200, "ok", false},
		"speaks HTTP/1.0 and stays": {"HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 2\r\n\r\nok", 200,
			"ok", true},
		"says too much": {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 " +
			"OK\r\nContent-Length: 4\r\n\r\nevil", 200, "ok", false},
		"says 204 with a body": {"HTTP/1.1 204 None\r\nContent-Length: 4\r\n\r\n", 204, "", true},
	} {
		t.Run(name, func(t *testing.T) {
			s := serveRaw(t, serveAnswer(server.answer))
			c := client(t, Options{KeepAlive: true})
			for i := range 3 {
				a := mustGet(t, c, s.url)
				wantResponse(t, fmt.Sprint("request ", i), a, nil, server.status, server.body)
				if a.Truncated {
					t.Errorf("request %d: the body is truncated", i)
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

func TestConnectionRefused(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = l.Close()
	_, err = get(t, client(t, Options{}), "http://"+l.Addr().String())
	wantClass(t, err, ClassConnect, "connecting to 127.0.0.1")
}
