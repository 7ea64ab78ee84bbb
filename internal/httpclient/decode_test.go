package httpclient

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
)

// An encoding is a coding as a server names it, and how it encodes a body.
type encoding struct {
	name     string
	checked  bool // it has a checksum at its end
	encodeTo func(w io.Writer) io.WriteCloser
}

var encodings = []encoding{
	{"gzip", true, func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) }},
	{"X-GZIP", true, func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) }},
	{"deflate", true, func(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) }},
	{"Deflate", false, func(w io.Writer) io.WriteCloser { // as some servers send it
		raw, _ := flate.NewWriter(w, flate.BestCompression)
		return raw
	}},
	{"br", false, func(w io.Writer) io.WriteCloser { return brotli.NewWriter(w) }},
	{"zstd", true, func(w io.Writer) io.WriteCloser {
		z, _ := zstd.NewWriter(w)
		return z
	}},
}

// encode returns a body as it is encoded.
func (e encoding) encode(t testing.TB, body []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := e.encodeTo(&b)
	if _, err := w.Write(body); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// eachVersion runs a test over both versions of HTTP, with a client that decodes
// and a server that has a coding and a body at each path. Codings in several
// lines have a semicolon between them.
func eachVersion(
	t *testing.T, options Options, bodies map[string][2]string, test func(t *testing.T, c *Client, url string),
) {
	t.Helper()
	answer := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body := bodies[r.URL.Path]
		w.Header()["Content-Encoding"] = strings.Split(body[0], ";")
		w.Header().Set("Content-Type", "text/plain")
		_, _ = io.WriteString(w, body[1])
	})
	options.KeepAlive, options.Decompress = true, true
	t.Run("HTTP/1.1", func(t *testing.T) {
		s := httptest.NewServer(answer)
		t.Cleanup(s.Close)
		test(t, client(t, options), s.URL)
	})
	t.Run("HTTP/2", func(t *testing.T) {
		options.HTTP2 = true
		test(t, client(t, options), serveHTTP2(t, false, 0, answer).URL)
	})
}

// Bodies of every coding are decoded, whatever came before on the client: what
// is kept, counted and searched is the decoded body.
func TestBodiesAreDecoded(t *testing.T) {
	long := strings.Repeat("all of the same, ", 20_000) + "needle"
	bodies := map[string][2]string{}
	for i, e := range encodings {
		for j, body := range []string{"short", long} {
			bodies[fmt.Sprintf("/%d/%d", i, j)] = [2]string{e.name, string(e.encode(t, []byte(body)))}
		}
	}
	eachVersion(t, Options{}, bodies, func(t *testing.T, c *Client, url string) {
		a := Response{Seek: NewPattern([]byte("needle"))}
		for range 2 {
			for i, e := range encodings {
				for j, want := range []string{"short", long} {
					r := prepare(t, c, "GET", fmt.Sprintf("%s/%d/%d", url, i, j), nil, "")
					if err := c.Do(t.Context(), r, 1024, &a); err != nil {
						t.Fatalf("%s: %v", e.name, err)
					}
					if got := string(a.Body); got != want[:min(len(want), 1024)] || a.Truncated != (len(want) > 1024) {
						t.Errorf("%s: got %.40q, truncated: %v; want %.40q", e.name, got, a.Truncated, want)
					}
					if n := int64(len(want)); a.Length != n || a.Decoded != n {
						t.Errorf("%s: lengths %d and %d, want %d", e.name, a.Length, a.Decoded, n)
					}
					if a.Found() != (j == 1) {
						t.Errorf("%s: found the text: %v", e.name, a.Found())
					}
					if j == 1 && a.Received > 2000 {
						t.Errorf("%s: received %d bytes, which is not what was sent", e.name, a.Received)
					}
				}
			}
		}
	})
}

// A body that ends anywhere before its end, has another checksum or more behind
// its end is no body; the next one on the connection is.
func TestCorruptBodies(t *testing.T) {
	body := []byte(strings.Repeat("a body of some length ", 30))
	bodies := map[string][2]string{"/": {"gzip", string(encodings[0].encode(t, body))}}
	for i, e := range encodings {
		whole := e.encode(t, body)
		add := func(what string, encoded []byte) {
			bodies[fmt.Sprintf("/%d/%s", i, what)] = [2]string{e.name, string(encoded)}
		}
		for n := 1; n < len(whole); n++ {
			add("cut/"+strconv.Itoa(n), whole[:n])
		}
		add("behind", append(bytes.Clone(whole), "more"...))
		add("text", []byte("\x07this is no such coding"))
		if e.checked {
			other := bytes.Clone(whole)
			other[len(other)-4] ^= 1 // gzip has the length last
			if strings.HasSuffix(strings.ToLower(e.name), "gzip") {
				other[len(other)-8] ^= 1
			}
			add("checksum", other)
		}
	}
	eachVersion(t, Options{Connections: 1}, bodies, func(t *testing.T, c *Client, url string) {
		for path, sent := range bodies {
			if path == "/" {
				continue
			}
			a, err := get(t, c, url+path)
			if err == nil {
				t.Errorf("%s of %s: got %q, want an error", path, sent[0], a.Body)
				continue
			}
			wantClass(t, err, ClassEncoding, "decoding the body of the answer from "+
				strings.TrimPrefix(strings.ToLower(sent[0]), "x-"))
		}
		if a := mustGet(t, c, url+"/"); !bytes.Equal(a.Body, body) || a.Connected {
			t.Errorf("afterwards: %q, on a new connection: %v", a.Body, a.Connected)
		}
	})
}

// Decoding ends at the limit of the body, and keeps no more than is to be kept.
func TestBombs(t *testing.T) {
	const limit = 100_000
	zeros := make([]byte, 16<<20)
	bodies := map[string][2]string{}
	for i, e := range encodings {
		bodies["/"+strconv.Itoa(i)] = [2]string{e.name, string(e.encode(t, zeros))}
	}
	eachVersion(t, Options{MaxBody: limit}, bodies, func(t *testing.T, c *Client, url string) {
		for i, e := range encodings {
			a, err := get(t, c, url+"/"+strconv.Itoa(i))
			wantClass(t, err, ClassBody, "longer than the limit of 100000 bytes once it is decoded")
			if a.Length > limit || len(a.Body) > 1024 || !a.Truncated {
				t.Errorf("%s: %d bytes and %d of them kept, truncated: %v", e.name, a.Length, len(a.Body), a.Truncated)
			}
		}
	})
}

// Bodies without a coding are as they are without Decompress, and codings that
// are not decoded are refused by name.
func TestOtherCodings(t *testing.T) {
	packed := string(encodings[0].encode(t, []byte("packed")))
	noise := make([]byte, MaxEncoded+1)
	for i := range noise {
		noise[i] = byte(rand.Uint32())
	}
	tests := map[string]struct{ coding, body, want, class, says string }{
		"/none":     {"", "as it is", "as it is", "", ""},
		"/identity": {"identity", "as it is", "as it is", "", ""},
		"/lists":    {"identity;, gzip", packed, "packed", "", ""},
		"/empty":    {"gzip", "", "", "", ""},
		"/long":     {"", strings.Repeat("x", 2*MaxEncoded), strings.Repeat("x", 1024), "", ""},
		"/unknown":  {"compress", packed, "", ClassEncoding, `Content-Encoding "compress", and only gzip`},
		"/twice":    {"gzip, br", packed, "", ClassEncoding, "encoded twice, as gzip and as br"},
		"/apart":    {"gzip;gzip", packed, "", ClassEncoding, "encoded twice, as gzip and as gzip"},
		"/noise":    {"gzip", string(noise), "", ClassBody, "has 1048577 bytes of gzip, and at most 1048576"},
	}
	bodies := map[string][2]string{}
	for path, test := range tests {
		bodies[path] = [2]string{test.coding, test.body}
	}
	eachVersion(t, Options{}, bodies, func(t *testing.T, c *Client, url string) {
		for path, test := range tests {
			a, err := get(t, c, url+path)
			if test.class != "" {
				wantClass(t, err, test.class, test.says)
			} else if err != nil {
				t.Errorf("%s: %v", path, err)
			}
			if string(a.Body) != test.want {
				t.Errorf("%s: the body is %.40q, want %.40q", path, a.Body, test.want)
			}
		}
		r := prepare(t, c, "HEAD", url+"/lists", nil, "")
		if err := c.Do(t.Context(), r, 1024, new(Response)); err != nil {
			t.Errorf("HEAD: %v", err)
		}
	})
}

// Decoding ends with its context.
func TestDecodingEnds(t *testing.T) {
	c := client(t, Options{Decompress: true})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	a := Response{Body: encodings[0].encode(t, make([]byte, 64<<20))}
	if err := c.decode(ctx, codingGzip, 0, &a); !errors.Is(err, context.Canceled) {
		t.Errorf("got the error %v, want that of the context", err)
	}
	if a.Length > 2<<20 {
		t.Errorf("decoded %d bytes after the context was done", a.Length)
	}
}

// A client that decodes allocates no more than the decoders do by themselves:
// zlib for each checksum, br for each stream, and none for a body as it is.
func TestDecodingAllocates(t *testing.T) {
	if testing.Short() {
		t.Skip("the race detector allocates")
	}
	bodies := map[string][]byte{"identity": []byte("hello world\n")}
	for _, e := range encodings {
		bodies[e.name] = e.encode(t, []byte("hello world\n"))
	}
	for name, body := range bodies {
		s := serveRaw(t, staticAnswer(fmt.Sprintf(
			"HTTP/1.1 200 OK\r\nContent-Encoding: %s\r\nContent-Length: %d\r\n\r\n%s", name, len(body), body)))
		c := client(t, Options{KeepAlive: true, Connections: 1, Decompress: true})
		do := repeatedDo(t, c, s.url, t.Context)
		for range 10 {
			do() // until all buffers have grown
		}
		most := map[string]float64{"deflate": 1, "br": 3}[name]
		if n := testing.AllocsPerRun(200, do); n > most {
			t.Errorf("%s: %v allocations per request, want %v", name, n, most)
		}
	}
}

// FuzzDecode decodes anything. It ends with a body or an error of a class, and
// keeps to its limits.
func FuzzDecode(f *testing.F) {
	for i, e := range encodings {
		f.Add(i, e.encode(f, []byte("a short body, a short body")))
	}
	c := New(Options{Decompress: true, MaxBody: 1 << 20})
	f.Fuzz(func(t *testing.T, i int, body []byte) {
		is := coding(1 + uint(i)%uint(codingZstd))
		if len(body) == 0 {
			return
		}
		a := Response{Body: bytes.Clone(body)}
		err := c.decode(t.Context(), is, 100, &a)
		var failure *Error
		if err != nil && !errors.As(err, &failure) {
			t.Errorf("got the error %v (%T), want one of a class", err, err)
		}
		if a.Length > 1<<20 || len(a.Body) > 100 || a.Truncated != (a.Length > int64(len(a.Body))) {
			t.Errorf("%d bytes and %d of them kept, truncated: %v", a.Length, len(a.Body), a.Truncated)
		}
	})
}
