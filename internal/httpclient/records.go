package httpclient

import (
	"errors"
	"io"
	"net"
)

// A recordConn is the connection below TLS. It tracks the bounds of TLS records
// and can read without blocking. crypto/tls does not report whether it has read
// ahead, nor whether the server ended TLS or only the connection.
type recordConn struct {
	socket
	poller poller

	polling bool // Read does not block
	direct  bool // Write tries to write without the runtime's poller

	// State of a connection in an EventLoop, which receives and sends for TLS.
	queues bool       // Write only queues
	queue  []byte     // to be sent
	ahead  aheadInput // received
	header [5]byte    // of the current record (RFC 8446, 5.1)
	have   int        // bytes of the header
	left   int        // bytes of the record after its header
	sawEOF bool       // the last Read reached the end of the connection
}

func newRecordConn(c *conn) *recordConn {
	return &recordConn{socket: &c.socket, poller: newPoller(c)}
}

// Read reads for TLS. It is not safe for concurrent use.
func (r *recordConn) Read(p []byte) (n int, err error) {
	switch {
	case r.ahead.holds():
		n, err = r.ahead.read(p)
	case r.polling:
		n, err = r.poller.read(p)
	default:
		n, err = r.socket.Read(p)
	}
	r.track(p[:n])
	r.sawEOF = errors.Is(err, io.EOF)
	return n, err
}

// Write writes for TLS.
func (r *recordConn) Write(p []byte) (n int, err error) {
	if r.queues {
		r.queue = append(r.queue, p...)
		return len(p), nil
	}
	r.writeLeft() // records have an order
	if r.direct {
		n = r.poller.write(p)
	}
	if n < len(p) {
		var rest int
		rest, err = r.socket.Write(p[n:])
		n += rest
	}
	return n, err
}

// writeLeft writes what an EventLoop left in the queue. The reader gets its error, too.
func (r *recordConn) writeLeft() {
	left := r.queue
	r.queue = nil
	if len(left) > 0 {
		_, _ = r.socket.Write(left)
	}
}

// track follows the sequence of records.
func (r *recordConn) track(p []byte) {
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

// betweenRecords reports whether no record is incomplete.
func (r *recordConn) betweenRecords() bool { return r.have == 0 && r.left == 0 }

// errWouldBlock is the error of a non-blocking read without data. crypto/tls
// continues after it, because it is temporary.
var errWouldBlock error = wouldBlockError{}

type wouldBlockError struct{}

func (wouldBlockError) Error() string   { return "there is nothing to read" }
func (wouldBlockError) Timeout() bool   { return true }
func (wouldBlockError) Temporary() bool { return true }

// A secureStream is TLS on a recordConn.
type secureStream struct {
	net.Conn // TLS
	below    *recordConn
}

// errTruncated is the end of a connection without TLS's close_notify (RFC 9112,
// 9.8): an attacker may have truncated a response that ends with the
// connection.
var errTruncated error = truncatedError{}

type truncatedError struct{}

func (truncatedError) Error() string { return "the connection ended without TLS's close_notify" }
func (truncatedError) Unwrap() error { return io.EOF }

// Read returns io.EOF only if the server has ended TLS.
func (s *secureStream) Read(p []byte) (int, error) {
	n, err := s.Conn.Read(p)
	if err != nil && s.below.sawEOF && errors.Is(err, io.EOF) {
		err = errTruncated
	}
	return n, err
}

// readNow reads without blocking. It returns errWouldBlock if there is nothing,
// or less than a record.
func (s *secureStream) readNow(p []byte) (int, error) {
	s.below.polling = true
	n, err := s.Read(p)
	s.below.polling = false
	return n, err
}

// isQuiet reports whether no data waits in TLS, decrypted or not, or in the
// socket. It processes TLS's own messages, such as session tickets.
func (s *secureStream) isQuiet(one []byte) bool {
	n, err := s.readNow(one)
	return n == 0 && errors.Is(err, errWouldBlock) && s.below.betweenRecords()
}
