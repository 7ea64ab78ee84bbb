package httpclient

import (
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

// segmentations reads raw as TCP may split it: at once, byte by byte, and in
// two pieces split at each critical place.
func segmentations(raw string) map[string]io.Reader {
	all := map[string]io.Reader{"at once": strings.NewReader(raw),
		"byte by byte": iotest.OneByteReader(strings.NewReader(raw))}
	for _, at := range []string{"\r", "\n", ":", ";", " "} {
		for from := 0; from < len(raw); {
			i := strings.Index(raw[from:], at)
			if i < 0 || len(all) > 400 {
				break
			}
			from += i + 1
			all["before "+raw[from:]] = io.MultiReader(strings.NewReader(raw[:from]), strings.NewReader(raw[from:]))
		}
	}
	return all
}

// A folded header has a space in place of the line break (RFC 9112, 5.2).
func TestFoldedHeaders(t *testing.T) {
	for name, test := range map[string]struct{ head, header, want string }{
		"a space":          {"A: b\r\n c\r\n", "A", "b   c"},
		"a tab":            {"A: b\r\n\tc\r\n", "A", "b  \tc"},
		"twice":            {"A: b\r\n c\r\n  d\r\nE: f\r\n", "A", "b   c    d"},
		"with LF alone":    {"A: b\n c\n", "A", "b  c"},
		"a blank line":     {"A: b\r\n \r\nE: f\r\n", "A", "b"},
		"a name behind it": {"A: b\r\n E: c\r\nE: f\r\n", "E", "f"},
		"an empty value":   {"A:\r\n b\r\n", "A", "b"},
		"the last":         {"E: f\r\nA: b\r\n c\r\n", "A", "b   c"},
		"the length":       {"A: b\r\nContent-Length:\r\n 0\r\n", "A", "b"},
		"the way to close": {"Connection: x,\r\n close\r\n", "Connection", "x,   close"},
		"a header's value": {"A: b\r\n Content-Length: 7\r\n", "A", "b   Content-Length: 7"},
		"behind what fills": {"B: " + strings.Repeat("b", smallBuffer-50) + "\r\nA: b\r\n " + strings.Repeat("c", 60) +
			"\r\n", "A", "b   " + strings.Repeat("c", 60)},
	} {
		raw := "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n" + test.head + "\r\n"
		for how, src := range segmentations(raw) {
			a, again, err := readAnswer(src, false, 0)
			if err != nil {
				t.Errorf("%s, %.20q: %v", name, how, err)
			}
			if got := a.Header(test.header); got != test.want {
				t.Errorf("%s, %.20q: %s is %q, want %q", name, how, test.header, got, test.want)
			}
			if want := name != "the way to close"; again != want {
				t.Errorf("%s, %.20q: the connection is used again: %v", name, how, again)
			}
		}
	}
}

// Control characters are refused in headers, trailers and chunk extensions (RFC
// 9110, 5.5).
func TestControlCharactersAreRefused(t *testing.T) {
	for place, raw := range map[string]string{
		"reason":       "HTTP/1.1 200 O?K\r\nContent-Length: 0\r\n\r\n",
		"value":        "HTTP/1.1 200 OK\r\nA: b?c\r\nContent-Length: 0\r\n\r\n",
		"long value":   "HTTP/1.1 200 OK\r\nA: 0123456789?0123456789\r\nContent-Length: 0\r\n\r\n",
		"end of value": "HTTP/1.1 200 OK\r\nA: b?\r\nContent-Length: 0\r\n\r\n",
		"folded value": "HTTP/1.1 200 OK\r\nA: b\r\n ?c\r\nContent-Length: 0\r\n\r\n",
		"name":         "HTTP/1.1 200 OK\r\nA?: b\r\nContent-Length: 0\r\n\r\n",
		"length":       "HTTP/1.1 200 OK\r\nContent-Length: ?0\r\n\r\n",
		"coding":       "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked?\r\n\r\n0\r\n\r\n",
		"extension":    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;a=?\r\nx\r\n0\r\n\r\n",
		"last chunk":   "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0;?\r\n\r\n",
		"trailer":      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nA: ?\r\n\r\n",
		"its folding":  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nA: b\r\n ?\r\n\r\n",
		"hint":         "HTTP/1.1 103 Early\r\nLink: ?\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
	} {
		for _, control := range "\x00\x01\x08\x0b\r\x1b\x1f\x7f" {
			for how, src := range segmentations(strings.Replace(raw, "?", string(control), 1)) {
				_, again, err := readAnswer(src, false, 0)
				wantClass(t, err, ClassProtocol, "")
				if again {
					t.Errorf("%q in the %s, %.20q: the connection is used again", control, place, how)
				}
			}
		}
	}
	raw := "HTTP/1.1 200 O\tK\xff\r\nA:\tb\tc\xe9 \t\r\nTransfer-Encoding: " +
		"chunked\r\n\r\n1;a=\"\tb\xe9\"\r\nx\r\n0\r\nA: \t\xff\r\n\r\n"
	a, again, err := readAnswer(strings.NewReader(raw), false, 0)
	if err != nil || !again {
		t.Errorf("tabs and bytes above ASCII: error %v, reusable: %v", err, again)
	}
	if got := a.Header("A"); got != "b\tc\xe9" {
		t.Errorf("tabs and bytes above ASCII: header %q", got)
	}
}

// The limits of a head and of a line do not depend on how TCP splits them.
func TestLimitsInAnySegments(t *testing.T) {
	const chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
	ext := func(n int) string { return chunked + "1;" + strings.Repeat("x", n-2) + "\r\nx\r\n0\r\n\r\n" }
	trailer := func(n int) string { return chunked + "0\r\nA: " + strings.Repeat("x", n-7) + "\r\n\r\n" }
	headOf := func(n int) string {
		const status, end = "HTTP/1.1 204 None\r\nA: ", "\r\n\r\n"
		return status + strings.Repeat("b", n-len(status)-len(end)) + end
	}
	for name, test := range map[string]struct {
		raw string
		ok  bool
	}{
		"an extension of 2,000 bytes":     {ext(2000), true},
		"the longest line before a chunk": {ext(maxChunkLine), true},
		"a longer one":                    {ext(maxChunkLine + 1), false},
		"a trailer of 2,000 bytes":        {trailer(2000), true},
		"a trailer of 70,000 bytes":       {trailer(70_000), true},
		"the longest trailer":             {trailer(maxHead), true},
		"a longer one that is a header":   {trailer(maxHead + 1), false},
		"many lines of trailer":           {chunked + "0\r\n" + strings.Repeat("A: b\r\n", 5000) + "\r\n", true},
		"a trailer of too many lines":     {chunked + "0\r\n" + strings.Repeat("A: b\r\n", maxHead/6+1) + "\r\n", false},
		"a head of 70,000 bytes":          {headOf(70_000), true},
		"the longest head":                {headOf(maxHead), true},
		"a longer head":                   {headOf(maxHead + 1), false},
		"the longest head behind another": {"HTTP/1.1 103 Early\r\n\r\n" + headOf(maxHead), true},
	} {
		for _, piece := range []int{1, 7, 1000, 1024, 1025, smallBuffer, smallBuffer + 1, bigBuffer, maxHead, 1 << 20} {
			a, again, err := readAnswer(&pieceReader{[]byte(test.raw), piece}, false, 0)
			if !test.ok {
				wantClass(t, err, ClassProtocol, "limit")
				continue
			}
			if err != nil || !again {
				t.Errorf("%s in pieces of %d: status %d, used again: %v, error %v", name, piece, a.Status, again, err)
			}
		}
	}
}

// A pieceReader returns at most a fixed number of bytes at a time.
type pieceReader struct {
	rest []byte
	most int
}

func (r *pieceReader) Read(p []byte) (int, error) {
	if len(r.rest) == 0 {
		return 0, io.EOF
	}
	n := copy(p[:min(len(p), r.most)], r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

// An unknown minor version is read as HTTP/1.1. The length of a body that is
// not sent may be any (RFC 9110, 2.5 and 8.6).
func TestVersionsAndLengths(t *testing.T) {
	const huge = "Content-Length: 99999999999999999999999999999999\r\n\r\n"
	for raw, test := range map[string]struct {
		toHEAD, ok, again bool
	}{
		"HTTP/1.2 200 OK\r\nContent-Length: 0\r\n\r\n":                   {false, true, true},
		"HTTP/1.9 200 OK\r\nContent-Length: 0\r\n\r\n":                   {false, true, true},
		"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n":                   {false, true, false},
		"HTTP/1.12 200 OK\r\nContent-Length: 0\r\n\r\n":                  {false, false, false},
		"HTTP/1. 200 OK\r\nContent-Length: 0\r\n\r\n":                    {false, false, false},
		"HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n":                   {false, false, false},
		"HTTP/0.9 200 OK\r\nContent-Length: 0\r\n\r\n":                   {false, false, false},
		"http/1.1 200 OK\r\nContent-Length: 0\r\n\r\n":                   {false, false, false},
		"HTTP/1.1 200 OK\r\n" + huge:                                     {true, true, true},
		"HTTP/1.1 304 Not Modified\r\n" + huge:                           {false, true, true},
		"HTTP/1.1 200 OK\r\nContent-Length: +1\r\n" + huge:               {true, false, false},
		"HTTP/1.1 200 OK\r\nX: y\r\n" + huge:                             {false, false, false},
		"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n" + huge:                {true, false, false},
		"HTTP/1.1 200 OK\r\nContent-Length: 0x9\r\n\r\n":                 {true, false, false},
		"HTTP/1.2 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n": {false, true, true},
	} {
		for how, src := range segmentations(raw) {
			_, again, err := readAnswer(src, test.toHEAD, 0)
			if (err == nil) != test.ok {
				t.Errorf("%q, %.20q: error %v", raw, how, err)
			}
			if err != nil {
				wantClass(t, err, ClassProtocol, "")
			}
			if again != test.again {
				t.Errorf("%q, %.20q: the connection is used again: %v", raw, how, again)
			}
		}
	}
}

// hasControl agrees with a check of every byte.
func TestHasControl(t *testing.T) {
	for length := range 40 {
		for at := range length {
			for b := range 256 {
				line := []byte(strings.Repeat("a\t\xff~ ", 8)[:length])
				line[at] = byte(b)
				if got, want := hasControl(line), anyControl(line); got != want {
					t.Fatalf("%q: %v, want %v", line, got, want)
				}
			}
		}
	}
}
