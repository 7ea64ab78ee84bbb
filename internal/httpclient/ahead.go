package httpclient

// An aheadInput is what was received of a connection below TLS, by the batch of an
// EventLoop, before TLS reads it. It borrows a buffer while it holds any.
type aheadInput struct {
	buffer *[smallBuffer]byte // nil unless borrowed
	data   []byte             // in buffer, and not read
	err    error              // instead of data
}

// space returns room for input, or nothing while there is some that is not read.
func (a *aheadInput) space() []byte {
	if a.holds() {
		return nil
	}
	if a.buffer == nil {
		a.buffer = smallBuffers.Get().(*[smallBuffer]byte)
	}
	return a.buffer[:]
}

// advance notes that n bytes were received into space, or why none were.
func (a *aheadInput) advance(n int, err error) {
	if a.data, a.err = a.buffer[:n], err; !a.holds() {
		a.release()
	}
}

// holds reports whether there is something to read.
func (a *aheadInput) holds() bool { return len(a.data) > 0 || a.err != nil }

// read reads data, or returns the error once. There must be one of them.
func (a *aheadInput) read(p []byte) (n int, err error) {
	n, err = copy(p, a.data), a.err
	if a.data, a.err = a.data[n:], nil; !a.holds() {
		a.release()
	}
	return n, err
}

// release returns the buffer.
func (a *aheadInput) release() {
	smallBuffers.Put(a.buffer)
	*a = aheadInput{}
}
