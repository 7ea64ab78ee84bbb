package httpclient

import (
	"net"
	"net/http"
	"time"
)

const (
	// smallRequest is the maximum length of a request that is written before
	// the response is read: it fits the buffer of a socket.
	smallRequest = 16 << 10

	// expectFor is how long a body waits for a 100 response. Then it is sent
	// anyway (RFC 9110, 10.1.1), as curl and net/http do.
	expectFor = time.Second
)

// An upload writes the part of a request that the socket did not accept at
// once, while the response is read: a server may respond, or stop reading,
// before it has received everything (RFC 9112, 9.5). A nil upload has nothing
// to write.
type upload struct {
	to   net.Conn
	rest []byte

	proceed chan struct{} // closed when the body may be sent
	cancel  chan struct{} // closed when the body must not be sent
	done    chan struct{} // closed when writing has ended
	waiting bool          // for proceed; used by the reader only
	sent    int           // bytes; valid after done
}

// startUpload starts a goroutine that writes rest. If waits is set, the
// goroutine first waits until the server accepts the body. The caller must call
// stop.
func startUpload(to net.Conn, rest []byte, waits bool) *upload {
	u := &upload{
		to: to, rest: rest, waiting: waits,
		proceed: make(chan struct{}), cancel: make(chan struct{}), done: make(chan struct{}),
	}
	go u.run(waits)
	return u
}

// run writes the rest and closes done.
func (u *upload) run(waits bool) {
	defer close(u.done)
	if waits && !u.awaitProceed() {
		return
	}
	u.sent, _ = u.to.Write(u.rest) // the reader gets the error too
}

// awaitProceed reports whether the body may be sent.
func (u *upload) awaitProceed() bool {
	late := time.NewTimer(expectFor)
	defer late.Stop()
	select {
	case <-u.proceed:
		return true
	case <-late.C:
		return true
	case <-u.cancel:
		return false
	}
}

// onStatus handles a response's status for a waiting body: 100 allows it, a
// final status cancels it.
func (u *upload) onStatus(status int) {
	if u == nil || !u.waiting {
		return
	}
	switch {
	case status == http.StatusContinue:
		u.waiting = false
		close(u.proceed)
	case status >= http.StatusOK:
		u.waiting = false
		close(u.cancel)
	}
}

// stop ends the writing and returns the number of bytes written.
func (u *upload) stop(g *ctxGuard) (sent int) {
	if u == nil {
		return 0
	}
	u.onStatus(http.StatusOK) // cancels a body that still waits
	select {
	case <-u.done:
	default:
		g.stopWriting()
		<-u.done
	}
	return u.sent
}
