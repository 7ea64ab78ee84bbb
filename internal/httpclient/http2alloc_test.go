package httpclient

import (
	"bytes"
	"crypto/tls"
	"encoding/binary"
	"io"
	"net"
	"testing"

	"golang.org/x/net/http2"
)

// serveFixedHTTP2 answers each request of a connection with the same frames,
// all that have come with one write. It allocates nothing for a request.
func serveFixedHTTP2(c net.Conn) {
	var answer bytes.Buffer
	f := http2.NewFramer(&answer, nil)
	writeHead(f, 1, false, ":status", "200", "server", "test", "date", "Mon, 30 Nov 2026 01:47:31 GMT",
		"content-type", "text/plain", "content-length", "12")
	_ = f.WriteData(1, true, []byte("hello world\n"))
	first := frameHeader + int(answer.Bytes()[2])
	in, out := make([]byte, 64<<10), []byte(nil)
	if _, err := io.ReadFull(c, in[:len(http2.ClientPreface)]); err != nil {
		return
	}
	_ = http2.NewFramer(c, nil).WriteSettings()
	for have := 0; ; {
		n, err := c.Read(in[have:])
		if err != nil {
			return
		}
		have += n
		out = out[:0]
		at := 0
		for have-at >= frameHeader {
			length := frameHeader + (int(in[at])<<16 | int(in[at+1])<<8 | int(in[at+2]))
			if have-at < length {
				break
			}
			if http2.FrameType(in[at+3]) == http2.FrameHeaders {
				from := len(out)
				out = append(out, answer.Bytes()...)
				id := binary.BigEndian.Uint32(in[at+5:])
				binary.BigEndian.PutUint32(out[from+5:], id)
				binary.BigEndian.PutUint32(out[from+first+5:], id)
			}
			at += length
		}
		have = copy(in, in[at:have])
		if len(out) > 0 {
			if _, err := c.Write(out); err != nil {
				return
			}
		}
	}
}

// fixedHTTP2 starts a serveFixedHTTP2, over TLS if wanted, and returns its URL
// and the options to call it.
func fixedHTTP2(t testing.TB, secure bool) (url string, options Options) {
	options = Options{HTTP2: true, KeepAlive: true, Connections: 1}
	if !secure {
		return serveRaw(t, func(c *net.TCPConn) { serveFixedHTTP2(c) }).url, options
	}
	like := serveHTTP2(t, true, 0, nil)
	options.TLS = trustedBy(like.Server)
	config := &tls.Config{Certificates: like.TLS.Certificates, NextProtos: []string{"h2"}}
	s := serveRaw(t, func(c *net.TCPConn) { serveFixedHTTP2(tls.Server(c, config)) })
	return "https://" + s.address, options
}

// A request over HTTP/2 allocates nothing once its connection is open. Over TLS
// crypto/tls allocates once for each record that it waits for: one of the
// client and one of the test's server.
func TestHTTP2AllocatesNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("the race detector allocates")
	}
	for name, secure := range map[string]bool{"plain": false, "TLS": true} {
		url, options := fixedHTTP2(t, secure)
		for how, next := range sharedContexts(t) {
			c := client(t, options)
			do := repeatedDo(t, c, url, next)
			for range 300 {
				do() // until all buffers have grown
			}
			most := map[bool]float64{true: 2}[secure]
			if n := testing.AllocsPerRun(200, do); n > most {
				t.Errorf("%s, %s: %v allocations per request, want %v", name, how, n, most)
			}
		}
	}
}

// BenchmarkHTTP2 is an exchange on an open connection, alone and with others at
// the same time.
func BenchmarkHTTP2(b *testing.B) {
	for name, secure := range map[string]bool{"plain": false, "TLS": true} {
		url, options := fixedHTTP2(b, secure)
		for at, parallel := range map[string]int{"1 stream": 0, "10 streams": 5} {
			b.Run(name+"/"+at, func(b *testing.B) {
				c := client(b, options)
				r := prepare(b, c, "GET", url, nil, "")
				b.ReportAllocs()
				if parallel == 0 {
					var a Response
					for b.Loop() {
						if err := c.Do(b.Context(), r, 0, &a); err != nil {
							b.Fatal(err)
						}
					}
					return
				}
				b.SetParallelism(parallel)
				b.RunParallel(func(pb *testing.PB) {
					var a Response
					for pb.Next() {
						if err := c.Do(b.Context(), r, 0, &a); err != nil {
							b.Error(err)
							return
						}
					}
				})
			})
		}
	}
}
