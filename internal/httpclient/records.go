package httpclient

import (
	"errors"
	"io"
	"net"
)

// A recordConn is the socket below TLS. It follows where TLS records begin and
// end, and can be read without waiting: crypto/tls tells neither whether it holds
// bytes that it has read ahead, nor whether the server has ended TLS itself or
// only the connection below it.
type recordConn struct {
	*net.TCPConn
	poller poller

	polling bool    // Read does not wait
	header  [5]byte // of the record under way (RFC 8446, 5.1)
	have    int     // bytes of the header
	left    int     // bytes of the record behind its header
	cut     bool    // the last Read met the end of the connection
}

func newRecordConn(c *conn) *recordConn {
	r := &recordConn{TCPConn: c.tcp}
	r.poller.init(c.raw)
	return r
}

// Read reads for TLS. It must be called by one goroutine at a time.
func (r *recordConn) Read(p []byte) (n int, err error) {
	if r.polling {
		n, err = r.poller.read(p)
	} else {
		n, err = r.TCPConn.Read(p)
	}
	r.follow(p[:n])
	r.cut = errors.Is(err, io.EOF)
	return n, err
}

// follow moves on in the sequence of records.
func (r *recordConn) follow(p []byte) {
	for len(p) > 0 {
		n := min(r.left, len(p))
		r.left -= n
		if r.left == 0 && n == 0 {
			n = copy(r.header[r.have:], p)
			r.have += n
		}
		if r.have == len(r.header) {
			r.have, r.left = 0, int(r.header[3])<<8|int(r.header[4])
		}
		p = p[n:]
	}
}

// betweenRecords reports whether all records that have begun have ended.
func (r *recordConn) betweenRecords() bool { return r.have == 0 && r.left == 0 }

// errNothing is what a read that does not wait fails with when there is nothing
// to read. crypto/tls goes on after an error that says that it is temporary.
var errNothing error = nothing{}

type nothing struct{}

func (nothing) Error() string   { return "there is nothing to read" }
func (nothing) Timeout() bool   { return true }
func (nothing) Temporary() bool { return true }

// A secureStream is TLS on a recordConn.
type secureStream struct {
	net.Conn // TLS
	below    *recordConn
}

// errCut is the end of a connection without the end of TLS (RFC 9112, 9.8): what
// ends with the connection may have been cut by anyone in between.
var errCut error = cut{}

type cut struct{}

func (cut) Error() string { return "the connection ended without TLS's close_notify" }
func (cut) Unwrap() error { return io.EOF }

// Read fails with io.EOF only where the server has ended TLS.
func (s *secureStream) Read(p []byte) (int, error) {
	n, err := s.Conn.Read(p)
	if err != nil && s.below.cut && errors.Is(err, io.EOF) {
		err = errCut
	}
	return n, err
}

// quiet reports whether nothing waits at any layer: neither in TLS, decrypted or
// not, nor in the socket. What belongs to TLS alone, such as a session ticket, is
// dealt with.
func (s *secureStream) quiet(one []byte) bool {
	s.below.polling = true
	n, err := s.Conn.Read(one)
	s.below.polling = false
	return n == 0 && errors.Is(err, errNothing) && s.below.betweenRecords()
}
