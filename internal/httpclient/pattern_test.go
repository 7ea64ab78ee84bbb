package httpclient

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
)

// A text is found anywhere in a body, in any pieces, without keeping the body.
func TestContains(t *testing.T) {
	const size = 2 << 20
	text := "needle in a haystack"
	for name, test := range map[string]struct {
		body string
		want bool
	}{
		"at the beginning":     {text + strings.Repeat(" ", size), true},
		"behind a megabyte":    {strings.Repeat("needl", 1<<20/5+1) + text + strings.Repeat(" ", 100), true},
		"at the end":           {strings.Repeat(" ", size) + text, true},
		"begun and gone on":    {strings.Repeat("x", bigBuffer-7) + "needle in a needle in a haystack", true},
		"nowhere":              {strings.Repeat("needle in a haystac ", size/20), false},
		"all but its last":     {strings.Repeat(" ", size) + text[:len(text)-1], false},
		"an empty body":        {"", false},
		"the text and no more": {text, true},
	} {
		const head = "HTTP/1.1 200 OK\r\n"
		raw := map[string]string{"no length": head + "\r\n" + test.body}
		for _, chunk := range []int{7, 4093} {
			var chunked strings.Builder
			chunked.WriteString(head + "Transfer-Encoding: chunked\r\n\r\n")
			for rest := test.body; len(rest) > 0; rest = rest[min(chunk, len(rest)):] {
				piece := rest[:min(chunk, len(rest))]
				fmt.Fprintf(&chunked, "%x\r\n%s\r\n", len(piece), piece)
			}
			chunked.WriteString("0\r\n\r\n")
			raw[fmt.Sprint("chunks of ", chunk)] = chunked.String()
		}
		for framing, raw := range raw {
			for _, piece := range []int{1000, 1 << 20} {
				in := newReader(&pieceReader{[]byte(raw), piece})
				a := Response{Seek: NewPattern([]byte(text))}
				if _, err := (responseReader{in: &in, response: &a}).read(false); err != nil {
					t.Fatal(err)
				}
				in.release()
				if a.Found() != test.want {
					t.Errorf("%s, %s, in pieces of %d: found: %v", name, framing, piece, a.Found())
				}
				if cap(a.Body) > 0 {
					t.Errorf("%s: %d bytes of the body were kept", name, cap(a.Body))
				}
			}
		}
	}
}

// A search in pieces gives the same result as a search in the whole.
func FuzzContains(f *testing.F) {
	f.Add([]byte("aab"), []byte("aaaaabaab"), 2)
	f.Add([]byte("abab"), []byte("abacababab"), 3)
	f.Add([]byte(""), []byte("x"), 1)
	f.Add([]byte("x"), []byte(""), 1)
	f.Fuzz(func(t *testing.T, text, body []byte, piece int) {
		p, seen := NewPattern(text), 0
		for rest := body; len(rest) > 0; {
			n := min(max(piece, 1), len(rest))
			seen = p.scan(seen, rest[:n])
			rest = rest[n:]
		}
		if got, want := seen == len(text), bytes.Contains(body, text); got != want {
			t.Errorf("%q in %q, in pieces of %d: found: %v", text, body, piece, got)
		}
	})
}
