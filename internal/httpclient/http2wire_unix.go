//go:build unix

package httpclient

import (
	"errors"
	"io"
	"syscall"
)

// rawForHTTP2 returns the access to a socket's descriptor, or nil.
func rawForHTTP2(s syscall.Conn) syscall.RawConn {
	raw, err := s.SyscallConn()
	if err != nil {
		return nil
	}
	return raw
}

// readRaw is Read by the descriptor.
func (w *http2Wire) readRaw(p []byte) (int, error) {
	w.p = p
	err := w.raw.Read(w.readStep)
	w.p = nil
	if err != nil {
		return 0, err
	}
	return w.n, w.err
}

// stepRead makes the system calls of a read. With flushFirst the first call
// writes, and does not read in vain: the response cannot be there yet. Its
// arrival wakes the reader, because the poller was armed before the write.
func (w *http2Wire) stepRead(fd uintptr) (done bool) {
	if w.flushFirst {
		w.flushFirst = false
		w.mu.Lock()
		if !w.draining && len(w.out) > 0 && w.failed == nil {
			w.stepWrite(fd)
			w.drainRest()
		}
		w.mu.Unlock()
		return false
	}
	n, err := receive(int(fd), w.p)
	w.n, w.err = max(n, 0), err
	switch {
	case errors.Is(err, syscall.EAGAIN) && w.polls:
		w.err = errWouldBlock
	case errors.Is(err, syscall.EAGAIN):
		return false
	case err == nil && n == 0:
		w.err = io.EOF
	}
	return true
}

// stepWrite writes what the socket takes at once.
func (w *http2Wire) stepWrite(fd uintptr) {
	n, err := send(int(fd), w.out)
	if n > 0 {
		w.out = w.out[:copy(w.out, w.out[n:])]
	}
	if err != nil && !errors.Is(err, syscall.EAGAIN) {
		w.failed = err
	}
}
