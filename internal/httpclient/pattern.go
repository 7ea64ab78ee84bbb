package httpclient

import "bytes"

// A Pattern is a text to be looked for in the bodies of answers, whatever their
// length. It is made once, never changes, and may be used by many answers at once.
type Pattern struct {
	text []byte
	next []int // the longest beginning of text that also ends at a byte (Knuth, Morris and Pratt, 1977)
}

// NewPattern makes a pattern of a text, which must not change. An empty one is in
// every body.
func NewPattern(text []byte) *Pattern {
	p := &Pattern{text, make([]int, len(text))}
	for i, k := 1, 0; i < len(text); i++ {
		k = p.follow(k, text[i])
		p.next[i] = k
	}
	return p
}

// String is the text.
func (p *Pattern) String() string { return string(p.text) }

// follow is how much of the text has been seen after one more byte, where some of
// it, but not all, had been.
func (p *Pattern) follow(seen int, b byte) int {
	for seen > 0 && p.text[seen] != b {
		seen = p.next[seen-1]
	}
	if p.text[seen] == b {
		seen++
	}
	return seen
}

// look goes on with a search in the next part of a body: it returns how much of
// the text had been seen at its end, all of it if it was found.
func (p *Pattern) look(seen int, part []byte) int {
	for seen < len(p.text) && len(part) > 0 {
		if seen == 0 && len(part) >= len(p.text) {
			if bytes.Contains(part, p.text) {
				return len(p.text)
			}
			part = part[len(part)-len(p.text)+1:]
		}
		if len(part) > 0 {
			seen = p.follow(seen, part[0])
			part = part[1:]
		}
	}
	return seen
}
