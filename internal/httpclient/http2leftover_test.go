package httpclient

import (
	"net"
	"testing"

	"golang.org/x/net/http2"
)

// Frames that an HTTP/2 server sends after a response are never the response to
// another request: neither on an ended stream nor on one that was never opened.
func TestLeftoverOverHTTP2IsDiscarded(t *testing.T) {
	const status200 = 0x88 // in HPACK
	headers := func(framer *http2.Framer, stream uint32, ends bool) {
		_ = framer.WriteHeaders(http2.HeadersFrameParam{StreamID: stream, BlockFragment: []byte{status200},
			EndStream: ends, EndHeaders: true})
	}
	for name, leave := range map[string]func(framer *http2.Framer, stream uint32){
		"more of the body": func(framer *http2.Framer, stream uint32) {
			_ = framer.WriteData(stream, true, []byte("evil"))
		},
		"the answer again":    func(framer *http2.Framer, stream uint32) { headers(framer, stream, true) },
		"an even stream":      func(framer *http2.Framer, _ uint32) { headers(framer, 2, true) },
		"a stream far beyond": func(framer *http2.Framer, _ uint32) { headers(framer, 1001, true) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serveRaw(t, func(c *net.TCPConn) {
				serveFrames(c, func(framer *http2.Framer, stream uint32, _ int) {
					headers(framer, stream, false)
					_ = framer.WriteData(stream, true, []byte("good"))
					leave(framer, stream)
				})
			})
			c := client(t, Options{KeepAlive: true, HTTP2: true})
			answered := 0
			for i := range 5 {
				a, err := get(t, c, s.url)
				if err != nil {
					continue // the server may have ended the connection
				}
				answered++
				if string(a.Body) != "good" {
					t.Errorf("request %d: got %q", i, a.Body)
				}
			}
			if answered == 0 {
				t.Error("no request was answered")
			}
		})
	}
}
