package httpclient

import (
	"net"
	"net/http"
	"time"
)

const (
	// smallRequest is how long a request may be to be written before the answer
	// is read: sockets have room for so much.
	smallRequest = 16 << 10

	// expectFor is how long a body waits for the answer 100 that the request
	// expects. Then it is sent anyway (RFC 9110, 10.1.1), as curl and net/http do.
	expectFor = time.Second
)

// An upload writes what a socket had no room for at once, beside the reading of
// the answer: a server may answer, or stop reading, before all has come (RFC
// 9112, 9.5). A nil upload has nothing to write.
type upload struct {
	to   net.Conn
	rest []byte

	proceed chan struct{} // closed when the body may be sent
	refuse  chan struct{} // closed when it is not to be sent any more
	done    chan struct{} // closed when the writing has ended
	waits   bool          // for proceed; the reader's to see
	sent    int           // bytes, once it is done
}

// startUpload writes the rest of a request, or waits to do so until the server
// wants it. The caller must end it.
func startUpload(to net.Conn, rest []byte, waits bool) *upload {
	u := &upload{
		to: to, rest: rest, waits: waits,
		proceed: make(chan struct{}), refuse: make(chan struct{}), done: make(chan struct{}),
	}
	go u.run(waits)
	return u
}

func (u *upload) run(waits bool) {
	defer close(u.done)
	if waits && !u.awaitProceed() {
		return
	}
	u.sent, _ = u.to.Write(u.rest) // the reader meets why it failed, too
}

func (u *upload) awaitProceed() bool {
	late := time.NewTimer(expectFor)
	defer late.Stop()
	select {
	case <-u.proceed:
		return true
	case <-late.C:
		return true
	case <-u.refuse:
		return false
	}
}

// heed does what the status of an answer means for a body that waits for one:
// 100 lets it go, and one that counts ends the waiting in vain.
func (u *upload) heed(status int) {
	if u == nil || !u.waits {
		return
	}
	switch {
	case status == http.StatusContinue:
		u.waits = false
		close(u.proceed)
	case status >= http.StatusOK:
		u.waits = false
		close(u.refuse)
	}
}

// end stops the writing, unless it has ended, and returns how many bytes were
// written.
func (u *upload) end(g *ctxGuard) (sent int) {
	if u == nil {
		return 0
	}
	u.heed(http.StatusOK) // what is not wanted by now never is
	select {
	case <-u.done:
	default:
		g.stopWriting()
		<-u.done
	}
	return u.sent
}
