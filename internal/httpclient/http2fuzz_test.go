package httpclient

import (
	"bytes"
	"errors"
	"io"
	"net"
	"testing"
	"time"

	"golang.org/x/net/http2"
)

// A scriptedConn is a connection whose server says something and ends.
type scriptedConn struct {
	net.Conn // nil
	in       *bytes.Reader
}

func (c *scriptedConn) Read(p []byte) (int, error)      { return c.in.Read(p) }
func (*scriptedConn) Write(p []byte) (int, error)       { return len(p), nil }
func (*scriptedConn) Close() error                      { return nil }
func (*scriptedConn) SetReadDeadline(t time.Time) error { return nil }

// FuzzHTTP2Response reads what a server may say. It ends with a response or an
// error of a class, with no stream left, and keeps to its limits.
func FuzzHTTP2Response(f *testing.F) {
	seed := func(say func(f *http2.Framer)) {
		var b bytes.Buffer
		say(http2.NewFramer(&b, nil))
		f.Add(b.Bytes())
	}
	seed(func(f *http2.Framer) {
		writeHead(f, 1, false, ":status", "200", "content-length", "5")
		_ = f.WriteDataPadded(1, true, []byte("hello"), make([]byte, 7))
	})
	seed(func(f *http2.Framer) {
		writeHead(f, 1, false, ":status", "103")
		_ = f.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: []byte{0x88}})
		_ = f.WriteContinuation(1, true, block("a", "b"))
		_ = f.WriteData(1, false, []byte("hello"))
		writeHead(f, 1, true, "a", "b")
	})
	seed(func(f *http2.Framer) {
		_ = f.WriteSettings(http2.Setting{ID: http2.SettingHeaderTableSize, Val: 0})
		_ = f.WritePing(false, [8]byte{})
		_ = f.WriteWindowUpdate(0, 9)
		_ = f.WriteGoAway(0, http2.ErrCodeNo, nil)
	})
	r, err := Options{HTTP2: true}.NewRequest("POST", "http://fuzz.test/", nil, []byte("body"))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, said []byte) {
		var b bytes.Buffer
		_ = http2.NewFramer(&b, nil).WriteSettings()
		c := newHTTP2Conn(newHTTP2Wire(&scriptedConn{in: bytes.NewReader(append(b.Bytes(), said...))}), nil)
		if err := c.begin(); err != nil && !errors.Is(err, errNoHTTP2) {
			t.Fatalf("got the error %v", err)
		}
		const keep, limit = 3, 100
		var a Response
		err := c.exchange(t.Context(), r, keep, limit, &a)
		if err == nil && (a.Status < 200 || a.Status > 999) {
			t.Errorf("a response has the status %d", a.Status)
		}
		if len(a.Body) > keep || a.Length > limit {
			t.Errorf("%d bytes of %d are kept; the limits are %d of %d", len(a.Body), a.Length, keep, limit)
		}
		if errors.Is(err, io.ErrNoProgress) {
			t.Error("the buffer is too small for a frame")
		}
		c.close()
		if n := len(c.streams.active); n > 0 {
			t.Errorf("%d streams are left", n)
		}
		if c.in.small != nil {
			t.Error("the input's buffer was not given back")
		}
	})
}
