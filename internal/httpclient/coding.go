package httpclient

import "bytes"

// AcceptEncoding is the value of a header Accept-Encoding that asks for the
// codings that Options.Decompress decodes.
const AcceptEncoding = "gzip, deflate, br, zstd"

// A coding is how a body is encoded (RFC 9110, 8.4.1).
type coding int

const (
	codingNone coding = iota
	codingGzip
	codingDeflate
	codingBrotli
	codingZstd
)

func (c coding) String() string {
	return [...]string{"identity", "gzip", "deflate", "br", "zstd"}[c]
}

// codingOf returns the coding with a name.
func codingOf(name []byte) (c coding, known bool) {
	if equalFold(name, "x-gzip") { // RFC 9110, 8.4.1.3
		return codingGzip, true
	}
	for c := codingNone; c <= codingZstd; c++ {
		if equalFold(name, c.String()) {
			return c, true
		}
	}
	return codingNone, false
}

// coding returns how the body is encoded. It refuses what the client does not
// decode: other codings, and several on top of each other.
func (a *Response) coding() (is coding, err error) {
	a.Headers("Content-Encoding", func(list []byte) bool {
		for len(list) > 0 && err == nil {
			name, rest, _ := bytes.Cut(list, []byte(","))
			list, name = rest, trimSpace(name)
			next, known := codingOf(name)
			switch {
			case len(name) == 0 || known && next == codingNone:
			case !known:
				err = failf(ClassEncoding, "the answer has the Content-Encoding %.40q, and only %s are decoded",
					name, AcceptEncoding)
			case is != codingNone:
				err = failf(ClassEncoding, "the answer is encoded twice, as %s and as %s; only one coding is decoded",
					is, next)
			default:
				is = next
			}
		}
		return err == nil
	})
	return is, err
}
