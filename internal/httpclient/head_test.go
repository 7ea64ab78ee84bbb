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

// readAnswer reads an answer from src.
func readAnswer(src io.Reader, toHEAD bool, most int64) (a Response, again bool, err error) {
	in := newReader(src)
	again, err = responseReader{in: &in, response: &a, keep: 1 << 20, maxBody: most}.read(toHEAD)
	in.returnBig()
	return a, again, err
}

// readStandard reads an answer as net/http does, skipping informational ones.
func readStandard(raw []byte, method string) (status int, body []byte, err error) {
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

// Answers that net/http and this package both accept are read the same, in any
// segments. Other errors are an *Error or an early end.
func FuzzAnswer(f *testing.F) {
	for _, answer := range answersToFuzz {
		f.Add([]byte(answer), false)
		f.Add([]byte(answer), true)
	}
	f.Fuzz(func(t *testing.T, raw []byte, toHEAD bool) {
		a, again, err := readAnswer(bytes.NewReader(raw), toHEAD, 0)
		dripped, drippedAgain, drippedErr := readAnswer(iotest.OneByteReader(bytes.NewReader(raw)), toHEAD, 0)
		if (err == nil) != (drippedErr == nil) {
			t.Fatalf("at once the error is %v, byte by byte %v", err, drippedErr)
		}
		if a.Status != dripped.Status || !bytes.Equal(a.Body, dripped.Body) {
			t.Fatalf("at once it is %d %q, byte by byte %d %q", a.Status, a.Body, dripped.Status, dripped.Body)
		}
		if again && !drippedAgain {
			t.Fatal("the connection is reusable at once, but not byte by byte")
		}
		var failure *Error
		early := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
		if err != nil && !early && !errors.As(err, &failure) {
			t.Fatalf("got the error %v (%T), want an *Error or an early end", err, err)
		}
		method := http.MethodGet
		if toHEAD {
			method = http.MethodHead
		}
		status, body, standardErr := readStandard(raw, method)
		if err != nil || standardErr != nil {
			return
		}
		if status != a.Status || !bytes.Equal(body, a.Body) {
			t.Errorf("it is read as %d %q, by net/http as %d %q", a.Status, a.Body, status, body)
		}
	})
}

// Both packages accept the valid answers, so the comparison is not empty.
func TestAnswersThatBothRead(t *testing.T) {
	for _, raw := range answersToFuzz[:7] {
		a, _, err := readAnswer(strings.NewReader(raw), false, 0)
		status, body, standardErr := readStandard([]byte(raw), "GET")
		if standardErr != nil {
			t.Errorf("net/http refuses %q: %v", raw, standardErr)
		}
		wantResponse(t, raw, a, err, status, string(body))
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
		a, _, err := readAnswer(strings.NewReader(test.head), false, 0)
		if test.ok {
			wantResponse(t, name, a, err, 204, "")
		} else {
			wantClass(t, err, ClassProtocol, "")
		}
	}
}
