package httpclient

import (
	"bytes"
	"context"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// A script is what a server sends for a request.
type script func(f *http2.Framer, stream uint32)

// serveScript answers every request by a script.
func serveScript(t testing.TB, s script) *rawServer {
	t.Helper()
	return serveRaw(t, func(c *net.TCPConn) {
		serveFrames(c, func(f *http2.Framer, stream uint32, _ int) { s(f, stream) })
	})
}

// block encodes fields, name and value in turns, without the dynamic table.
func block(fields ...string) []byte {
	var b bytes.Buffer
	encoder := hpack.NewEncoder(&b)
	for i := 0; i < len(fields); i += 2 {
		_ = encoder.WriteField(hpack.HeaderField{Name: fields[i], Value: fields[i+1], Sensitive: true})
	}
	return b.Bytes()
}

// writeHead writes a HEADERS frame.
func writeHead(f *http2.Framer, stream uint32, ends bool, fields ...string) {
	_ = f.WriteHeaders(http2.HeadersFrameParam{StreamID: stream, BlockFragment: block(fields...), EndStream: ends,
		EndHeaders: true})
}

// writeFrame writes a frame as it is given.
func writeFrame(f *http2.Framer, kind http2.FrameType, flags http2.Flags, stream uint32, content string) {
	_ = f.WriteRawFrame(kind, flags, stream, []byte(content))
}

// Responses mean the same in whatever frames they come.
func TestHTTP2ResponsesInAllFrames(t *testing.T) {
	for name, s := range map[string]script{
		"as usual": func(f *http2.Framer, id uint32) {
			writeHead(f, id, false, ":status", "200", "x-a", "b")
			_ = f.WriteData(id, true, []byte("hello"))
		},
		"an empty frame at the end": func(f *http2.Framer, id uint32) {
			writeHead(f, id, false, ":status", "200", "x-a", "b", "content-length", "5")
			_ = f.WriteData(id, false, []byte("hel"))
			_ = f.WriteData(id, false, nil)
			_ = f.WriteData(id, false, []byte("lo"))
			_ = f.WriteData(id, true, nil)
		},
		"padding": func(f *http2.Framer, id uint32) {
			_ = f.WriteHeaders(http2.HeadersFrameParam{StreamID: id, EndHeaders: true, PadLength: 200,
				BlockFragment: block(":status", "200", "x-a", "b"), Priority: http2.PriorityParam{Weight: 7}})
			_ = f.WriteDataPadded(id, false, []byte("hello"), make([]byte, 255))
			_ = f.WriteDataPadded(id, true, nil, make([]byte, 255))
		},
		"a head in many frames": func(f *http2.Framer, id uint32) {
			all := block(":status", "200", "x-long", strings.Repeat("l", 1000), "x-a", "b")
			_ = f.WriteHeaders(http2.HeadersFrameParam{StreamID: id, BlockFragment: all[:1]})
			for i := 1; i < len(all)-1; i += 100 {
				_ = f.WriteContinuation(id, false, all[i:min(i+100, len(all)-1)])
			}
			_ = f.WriteContinuation(id, true, all[len(all)-1:])
			_ = f.WriteData(id, true, []byte("hello"))
		},
		"informational answers": func(f *http2.Framer, id uint32) {
			writeHead(f, id, false, ":status", "103", "x-a", "early")
			writeHead(f, id, false, ":status", "100")
			writeHead(f, id, false, ":status", "200", "x-a", "b")
			_ = f.WriteData(id, true, []byte("hello"))
		},
		"a trailer": func(f *http2.Framer, id uint32) {
			writeHead(f, id, false, ":status", "200", "x-a", "b")
			_ = f.WriteData(id, false, []byte("hello"))
			writeHead(f, id, true, "x-a", "too late")
		},
		"other frames in between": func(f *http2.Framer, id uint32) {
			writeFrame(f, 0xbe, 0xff, id, "of an extension")
			_ = f.WritePing(false, [8]byte{1})
			writeHead(f, id, false, ":status", "200", "x-a", "b")
			_ = f.WriteSettings(http2.Setting{ID: http2.SettingInitialWindowSize, Val: 10},
				http2.Setting{ID: 0xff, Val: 1})
			_ = f.WriteWindowUpdate(0, 100)
			_ = f.WriteData(id, false, []byte("hel"))
			_ = f.WritePriority(id, http2.PriorityParam{Weight: 1})
			_ = f.WriteWindowUpdate(id, 100)
			_ = f.WriteData(id, true, []byte("lo"))
			_ = f.WriteWindowUpdate(id, 100)
			_ = f.WriteRSTStream(id, http2.ErrCodeNo)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := serveScript(t, s)
			c := client(t, Options{HTTP2: true, KeepAlive: true})
			for i := range 3 {
				a, err := get(t, c, server.url)
				wantResponse(t, name, a, err, 200, "hello")
				if got := a.Header("X-A"); got != "b" {
					t.Errorf("x-a is %q", got)
				}
				if a.Connected != (i == 0) {
					t.Errorf("request %d: connected: %v", i, a.Connected)
				}
			}
		})
	}
}

// What a server does against HTTP/2 fails the request with a class and a text,
// and the client neither hangs nor uses the connection further.
func TestHTTP2MisbehavingServers(t *testing.T) {
	ok := func(f *http2.Framer, id uint32) { writeHead(f, id, false, ":status", "200") }
	for name, test := range map[string]struct {
		do    script
		class string
		says  string
	}{
		"no status": {func(f *http2.Framer, id uint32) {
			writeHead(f, id, true, "a", "b")
		}, ClassProtocol, "no status"},
		"a status of words": {func(f *http2.Framer, id uint32) {
			writeHead(f, id, true, ":status", "20x")
		}, ClassProtocol, "status"},
		"a status of four digits": {func(f *http2.Framer, id uint32) { writeHead(f, id, true, ":status", "2000") },
			ClassProtocol, "status"},
		"two statuses": {func(f *http2.Framer, id uint32) {
			writeHead(f, id, true, ":status", "200", ":status", "200")
		}, ClassProtocol, "wrong place"},
		"a status at the end": {func(f *http2.Framer, id uint32) { writeHead(f, id, true, "a", "b", ":status", "200") },
			ClassProtocol, "wrong place"},
		"a pseudo-header of requests": {func(f *http2.Framer, id uint32) {
			writeHead(f, id, true, ":status", "200", ":path", "/")
		}, ClassProtocol, "wrong place"},
		"a name in upper case": {func(f *http2.Framer, id uint32) {
			writeHead(f, id, true, ":status", "200", "A", "b")
		}, ClassProtocol, `the name "A"`},
		"a line break in a value": {func(f *http2.Framer, id uint32) {
			writeHead(f, id, true, ":status", "200", "a", "b\r\nc: d")
		}, ClassProtocol, "control character"},
		"101": {func(f *http2.Framer, id uint32) {
			writeHead(f, id, false, ":status", "101")
		}, ClassProtocol, "switches"},
		"only 103": {func(f *http2.Framer, id uint32) {
			writeHead(f, id, true, ":status", "103")
		}, ClassProtocol, "not final"},
		"103 for ever": {func(f *http2.Framer, id uint32) {
			repeat(2000, func() { writeHead(f, id, false, ":status", "103") })
		}, ClassProtocol, "informational"},
		"a body first": {func(f *http2.Framer, id uint32) {
			_ = f.WriteData(id, true, []byte("x"))
		}, ClassProtocol, "before its head"},
		"a second head": {func(f *http2.Framer, id uint32) {
			ok(f, id)
			writeHead(f, id, false, "a", "b")
		}, ClassBody, "trailer"},
		"a long trailer": {func(f *http2.Framer, id uint32) {
			ok(f, id)
			writeHead(f, id, true, ":status", "200")
		}, ClassBody, "wrong place"},
		"two lengths": {func(f *http2.Framer, id uint32) {
			writeHead(f, id, true, ":status", "200", "content-length", "1", "content-length", "2")
		}, ClassProtocol, "Content-Length"},
		"too short a body": {func(f *http2.Framer, id uint32) {
			writeHead(f, id, false, ":status", "200", "content-length", "9")
			_ = f.WriteData(id, true, []byte("x"))
		}, ClassBody, "1 bytes, and its Content-Length is 9"},
		"too long a body": {func(f *http2.Framer, id uint32) {
			writeHead(f, id, false, ":status", "200", "content-length", "1")
			_ = f.WriteData(id, true, []byte("xxx"))
		}, ClassBody, "3 bytes, and its Content-Length is 1"},
		"an end before the head": {func(f *http2.Framer, id uint32) { _ = f.WriteRSTStream(id, http2.ErrCodeInternal) },
			ClassReset, "INTERNAL_ERROR"},
		"an end in the body": {func(f *http2.Framer, id uint32) {
			ok(f, id)
			_ = f.WriteRSTStream(id, http2.ErrCodeInternal)
		}, ClassBody, "INTERNAL_ERROR"},
		"no end of refusals": {func(f *http2.Framer, id uint32) {
			_ = f.WriteRSTStream(id, http2.ErrCodeRefusedStream)
		}, ClassReset, "refused"},
		"a frame of 16 MiB": {func(f *http2.Framer, id uint32) {
			writeFrame(f, http2.FrameData, 0, id, strings.Repeat("x", 1<<24-1))
		}, ClassProtocol, "a frame of 16777215 bytes"},
		"padding without content": {func(f *http2.Framer, id uint32) {
			writeFrame(f, http2.FrameData, http2.FlagDataPadded, id, "\x05xx")
		}, ClassProtocol, "padding"},
		"a padded head without content": {func(f *http2.Framer, id uint32) {
			writeFrame(f, http2.FrameHeaders, http2.FlagHeadersPadded|http2.FlagHeadersEndHeaders, id, "\x05xx")
		}, ClassProtocol, "padding"},
		"a head that is no HPACK": {func(f *http2.Framer, id uint32) {
			writeFrame(f, http2.FrameHeaders, http2.FlagHeadersEndHeaders, id, "\xff\xff\xff\xff\xff\xff")
		}, ClassProtocol, "not valid"},
		"a frame within a head": {func(f *http2.Framer, id uint32) {
			writeFrame(f, http2.FrameHeaders, 0, id, "\x88")
			_ = f.WritePing(false, [8]byte{})
		}, ClassProtocol, "within a head"},
		"a head continued that has not begun": {func(f *http2.Framer, id uint32) {
			writeFrame(f, http2.FrameContinuation, 0, id, "")
		}, ClassProtocol, "has not begun"},
		"empty continuations for ever": {func(f *http2.Framer, id uint32) {
			writeFrame(f, http2.FrameHeaders, 0, id, "\x88")
			repeat(5000, func() { writeFrame(f, http2.FrameContinuation, 0, id, "") })
		}, ClassProtocol, "longer than the limit"},
		"a head of megabytes": {func(f *http2.Framer, id uint32) {
			writeFrame(f, http2.FrameHeaders, 0, id, "\x88")
			repeat(100, func() { writeFrame(f, http2.FrameContinuation, 0, id, strings.Repeat("\x88", 16000)) })
		}, ClassProtocol, "longer than the limit"},
		"a head that decodes to megabytes": {func(f *http2.Framer, id uint32) {
			writeFrame(f, http2.FrameHeaders, http2.FlagHeadersEndHeaders|http2.FlagHeadersEndStream, id,
				"\x88\x40\x01a\x7f\xa1\x1e"+strings.Repeat("v", 4000)+strings.Repeat("\xbe", 9000))
		}, ClassProtocol, "longer than the limit"},
		"a stream that was not opened": {func(f *http2.Framer, _ uint32) { writeHead(f, 1001, true, ":status", "200") },
			ClassProtocol, "not opened"},
		"a push": {func(f *http2.Framer, id uint32) {
			writeFrame(f, http2.FramePushPromise, 4, id, "\x00\x00\x00\x02\x82")
		}, ClassProtocol, "pushes"},
		"a window without change": {func(f *http2.Framer, _ uint32) {
			writeFrame(f, http2.FrameWindowUpdate, 0, 0, "\x00\x00\x00\x00")
		}, ClassProtocol, "window"},
		"a window that is too large": {func(f *http2.Framer, id uint32) {
			repeat(2, func() { writeFrame(f, http2.FrameWindowUpdate, 0, id, "\x7f\xff\xff\xff") })
		}, ClassProtocol, "window"},
		"an impossible setting": {func(f *http2.Framer, _ uint32) {
			_ = f.WriteSettings(http2.Setting{ID: http2.SettingInitialWindowSize, Val: 1 << 31})
		}, ClassProtocol, "setting"},
		"a short ping": {func(f *http2.Framer, _ uint32) {
			writeFrame(f, http2.FramePing, 0, 0, "1234")
		}, ClassProtocol, "PING frame of 4 bytes"},
		"a short reset": {func(f *http2.Framer, id uint32) {
			writeFrame(f, http2.FrameRSTStream, 0, id, "12")
		}, ClassProtocol, "frame of 2 bytes"},
		"a short goodbye": {func(f *http2.Framer, _ uint32) {
			writeFrame(f, http2.FrameGoAway, 0, 0, "12")
		}, ClassProtocol, "frame of 2 bytes"},
		"a short settings": {func(f *http2.Framer, _ uint32) {
			writeFrame(f, http2.FrameSettings, 0, 0, "12")
		}, ClassProtocol, "frame of 2 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := client(t, Options{HTTP2: true, KeepAlive: true})
			_, err := get(t, c, serveScript(t, test.do).url)
			wantClass(t, err, test.class, test.says)
		})
	}
}

func repeat(n int, do func()) {
	for range n {
		do()
	}
}

// A server that asks without end and reads no answers does not fill the memory.
func TestHTTP2PingFlood(t *testing.T) {
	s := serveScript(t, func(f *http2.Framer, _ uint32) {
		for f.WritePing(false, [8]byte{}) == nil {
		}
	})
	_, err := get(t, client(t, Options{HTTP2: true, KeepAlive: true}), s.url)
	wantClass(t, err, ClassProtocol, "does not read the answers")
}

// Responses to HEAD, and those without content, have a length and no body.
func TestHTTP2ResponsesWithoutBody(t *testing.T) {
	for name, test := range map[string]struct{ method, status string }{
		"HEAD": {"HEAD", "200"}, "204": {"GET", "204"}, "304": {"GET", "304"},
	} {
		t.Run(name, func(t *testing.T) {
			s := serveScript(t, func(f *http2.Framer, id uint32) {
				writeHead(f, id, true, ":status", test.status, "content-length", "5")
			})
			c := client(t, Options{HTTP2: true})
			ctx, cancel := context.WithTimeout(t.Context(), testTimeout)
			defer cancel()
			var a Response
			if err := c.Do(ctx, prepare(t, c, test.method, s.url, nil, ""), 10, &a); err != nil {
				t.Fatal(err)
			}
			if a.Length != 0 {
				t.Errorf("the body has %d bytes", a.Length)
			}
		})
	}
}

// A request that ends early resets its stream, and the next one is answered.
func TestHTTP2EarlyEndResetsStream(t *testing.T) {
	for _, how := range []string{"cancelled", "timed out", "deadline alone"} {
		t.Run(how, func(t *testing.T) {
			reset := make(chan http2.ErrCode, 1)
			var asked atomic.Bool
			s := serveRaw(t, func(c *net.TCPConn) {
				f := openFramer(c)
				for {
					frame, err := f.ReadFrame()
					if err != nil {
						return
					}
					switch frame := frame.(type) {
					case *http2.HeadersFrame:
						if asked.Swap(true) {
							answer200(f, frame.StreamID)
						}
					case *http2.RSTStreamFrame:
						reset <- frame.ErrCode
					}
				}
			})
			c := client(t, Options{HTTP2: true, KeepAlive: true})
			ctx, cancel := endingSoon(t, how, minSilence/2)
			defer cancel()
			var a Response
			if err := c.Do(ctx, prepare(t, c, "GET", s.url, nil, ""), 0, &a); err == nil {
				t.Fatal("got no error")
			}
			if code := <-reset; code != http2.ErrCodeCancel {
				t.Errorf("the server got %v", code)
			}
			mustGet(t, c, s.url)
		})
	}
}

// openFramer reads a client's preface and sends settings.
func openFramer(c net.Conn) *http2.Framer {
	_, _ = c.Read(make([]byte, len(http2.ClientPreface)))
	f := http2.NewFramer(c, c)
	_ = f.WriteSettings()
	return f
}

// Requests reach a server with their fields, whether they are new to the
// connection or repeated.
func TestHTTP2RequestHead(t *testing.T) {
	type seen struct{ method, path, host, agent, a string }
	got := make(chan seen, 1)
	s := serveHTTP2(t, false, 0, func(_ http.ResponseWriter, r *http.Request) {
		got <- seen{r.Method, r.URL.String(), r.Host, r.UserAgent(), strings.Join(r.Header["X-A"], "|")}
	})
	c := client(t, Options{HTTP2: true, KeepAlive: true})
	header := http.Header{"x-A": {" one ", "two"}, "Host": {"other.test"}, "User-Agent": {""}}
	for _, path := range []string{"/1", "/1", "/2?q=%20", "/1"} {
		r := prepare(t, c, "PURGE", s.URL+path, header, "")
		for range 2 {
			var a Response
			if err := c.Do(t.Context(), r, 0, &a); err != nil {
				t.Fatal(err)
			}
			if want := (seen{"PURGE", path, "other.test", "", "one|two"}); <-got != want {
				t.Errorf("the server did not see %v", want)
			}
		}
	}
}
