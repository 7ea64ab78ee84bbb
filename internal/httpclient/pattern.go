package httpclient

import "bytes"

// A Pattern is a text to find in the bodies of responses, whatever their
// length. It is immutable and safe for concurrent use.
type Pattern struct {
	text []byte
	// for each byte, the length of the longest proper prefix of text that ends
	// there (Knuth, Morris and Pratt, 1977)
	next []int
}

// NewPattern returns a Pattern for a text, which must not change. Every body
// contains the empty text.
func NewPattern(text []byte) *Pattern {
	p := &Pattern{text, make([]int, len(text))}
	for i, k := 1, 0; i < len(text); i++ {
		k = p.step(k, text[i])
		p.next[i] = k
	}
	return p
}

// String returns the text.
func (p *Pattern) String() string { return string(p.text) }

// step returns how much of the text is matched after one more byte, given that
// seen bytes, but not all, were matched before.
func (p *Pattern) step(seen int, b byte) int {
	for seen > 0 && p.text[seen] != b {
		seen = p.next[seen-1]
	}
	if p.text[seen] == b {
		seen++
	}
	return seen
}

// scan continues a search in the next part of a body. It returns how many bytes
// of the text are matched at its end; all of them if the text was found.
func (p *Pattern) scan(seen int, part []byte) int {
	for seen < len(p.text) && len(part) > 0 {
		if seen == 0 && len(part) >= len(p.text) {
			if bytes.Contains(part, p.text) {
				return len(p.text)
			}
			part = part[len(part)-len(p.text)+1:]
		}
		if len(part) > 0 {
			seen = p.step(seen, part[0])
			part = part[1:]
		}
	}
	return seen
}
