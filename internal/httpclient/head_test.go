package httpclient

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"
)

// read reads an answer from bytes that come as src gives them.
func read(src io.Reader, toHEAD bool, most int64) (a Response, again bool, err error) {
	in := newReader(src)
	again, err = responseReader{in: &in, response: &a, keep: 1 << 20, maxBody: most}.read(toHEAD)
	in.returnBig()
	return a, again, err
}

// standard reads an answer as net/http does, past informational ones.
func standard(raw []byte, method string) (status int, body []byte, err error) {
	in := bufio.NewReader(bytes.NewReader(raw))
	for {
		r, err := http.ReadResponse(in, &http.Request{Method: method})
		if err != nil {
			return 0, nil, err
		}
		body, err := io.ReadAll(r.Body)
		if r.StatusCode >= 200 || err != nil {
			return r.StatusCode, body, err
		}
	}
}

var answersToFuzz = []string{
	"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
	"HTTP/1.1 200 OK\r\n\r\nhello",
	"HTTP/1.0 404\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n",
	"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 x\r\nLink: y\r\n\r\nHTTP/1.1 204 z\r\nContent-Length: 3\r\n\r\nabc",
	"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n1 \r\n!\r\n0\r\nA: b\r\n\r\n",
	"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
	"HTTP/1.1 304 Not Modified\nContent-Length: 3\nETag: x\n\n",
	"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
	"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0x5\r\nhello\r\n0\r\n\r\n",
	"HTTP/1.1 200 OK\r\nA: b\r\n c\r\nContent-Length: 1\r\n\r\nx",
}

// Where net/http and this package both read an answer they read the same, however
// its bytes arrive. What it makes of the rest is an Error, or an end too early.
func FuzzAnswer(f *testing.F) {
	for _, answer := range answersToFuzz {
		f.Add([]byte(answer), false)
		f.Add([]byte(answer), true)
	}
	f.Fuzz(func(t *testing.T, raw []byte, toHEAD bool) {
		a, again, err := read(bytes.NewReader(raw), toHEAD, 0)
		dripped, drippedAgain, drippedErr := read(iotest.OneByteReader(bytes.NewReader(raw)), toHEAD, 0)
		if a.Status != dripped.Status || !bytes.Equal(a.Body, dripped.Body) || (err == nil) != (drippedErr == nil) {
			t.Fatalf("at once it is %d %q, %v; byte by byte %d %q, %v", a.Status, a.Body, err, dripped.Status, dripped.Body, drippedErr)
		}
		if again && !drippedAgain {
			t.Fatal("whether the connection is used again depends on how the bytes come")
		}
		var failure *Error
		if err != nil && !errors.As(err, &failure) && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Fatalf("got the error %v (%T)", err, err)
		}
		method := http.MethodGet
		if toHEAD {
			method = http.MethodHead
		}
		status, body, standardErr := standard(raw, method)
		if err == nil && standardErr == nil && (status != a.Status || !bytes.Equal(body, a.Body)) {
			t.Errorf("it is %d %q, to net/http %d %q", a.Status, a.Body, status, body)
		}
	})
}

// Of what both should read, neither may refuse: the comparison would be empty.
func TestAnswersThatBothRead(t *testing.T) {
	for _, raw := range answersToFuzz[:7] {
		a, _, err := read(strings.NewReader(raw), false, 0)
		status, body, standardErr := standard([]byte(raw), "GET")
		if err != nil || standardErr != nil || a.Status != status || string(a.Body) != string(body) {
			t.Errorf("%q is %d %q, %v; to net/http %d %q, %v", raw, a.Status, a.Body, err, status, body, standardErr)
		}
	}
}

func TestHeadLimits(t *testing.T) {
	const status, end = "HTTP/1.1 204 None\r\n", "\r\n"
	for name, test := range map[string]struct {
		head string
		ok   bool
	}{
		"many lines":             {status + strings.Repeat("A: b\r\n", 10_000) + end, true},
		"a long head":            {status + strings.Repeat("A: "+strings.Repeat("b", 1000)+"\r\n", 200) + end, true},
		"as long as may be":      {status + "A: " + strings.Repeat("b", maxHead-len(status)-7) + "\r\n" + end, true},
		"one longer":             {status + "A: " + strings.Repeat("b", maxHead-len(status)-6) + "\r\n" + end, false},
		"the last informational": {strings.Repeat("HTTP/1.1 100 x\r\n\r\n", maxInformational-1) + status + end, true},
		"one more informational": {strings.Repeat("HTTP/1.1 100 x\r\n\r\n", maxInformational) + status + end, false},
	} {
		a, _, err := read(strings.NewReader(test.head), false, 0)
		if test.ok && (err != nil || a.Status != 204) {
			t.Errorf("%s: status %d, error %v", name, a.Status, err)
		}
		if !test.ok {
			wantClass(t, err, ClassProtocol, "")
		}
	}
}
