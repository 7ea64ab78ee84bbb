package server

import (
	"context"
	"net"
	"sync"
	"sync/atomic"
)

// A limitedListener accepts a limited number of connections at once; others
// wait until one is closed. Unlike netutil's, it does not hide the type of the
// connection, whose buffer shrinkWriteBuffer sets.
type limitedListener struct {
	net.Listener
	slots  chan struct{} // holds one value a connection
	closed chan struct{}
	close  func() error
}

// limitConnections returns a listener for so many connections.
func limitConnections(listener net.Listener, connections int) *limitedListener {
	l := &limitedListener{Listener: listener, slots: make(chan struct{}, connections), closed: make(chan struct{})}
	l.close = sync.OnceValue(func() error {
		close(l.closed)
		return listener.Close()
	})
	return l
}

// Accept waits for a slot and then for a connection.
func (l *limitedListener) Accept() (net.Conn, error) {
	select {
	case l.slots <- struct{}{}:
	case <-l.closed:
		return nil, net.ErrClosed
	}
	conn, err := l.Listener.Accept()
	if err != nil {
		<-l.slots
		return nil, err
	}
	return &connection{Conn: conn, release: sync.OnceFunc(func() { <-l.slots })}, nil
}

// Close closes the listener. It also ends an Accept that waits for a slot.
func (l *limitedListener) Close() error { return l.close() }

// A connection frees its slot when it is closed. It can find out whether its
// client still reads; see withClientContext.
type connection struct {
	net.Conn
	release    func()
	readFailed atomic.Bool // reading failed

	mu         sync.Mutex
	responding bool // the response has begun, other than by writePrefixByte
	prefixSent int  // how much of responsePrefix was written before
}

func (c *connection) Close() error {
	defer c.release()
	return c.Conn.Close()
}

// connectionKey is the key of the connection in a request's context.
type connectionKey struct{}

func withConnection(ctx context.Context, conn net.Conn) context.Context {
	return context.WithValue(ctx, connectionKey{}, conn)
}

// shrinkWriteBuffer sets the send buffer of a request's connection to
// smallWriteBuffer. The system's default of up to 4 MB hides that a client
// reads nothing, and takes the memory.
func shrinkWriteBuffer(ctx context.Context) {
	conn, _ := ctx.Value(connectionKey{}).(*connection)
	if conn == nil {
		return
	}
	if tcp, ok := conn.Conn.(interface{ SetWriteBuffer(bytes int) error }); ok {
		_ = tcp.SetWriteBuffer(smallWriteBuffer) // the default is only larger
	}
}

// smallWriteBuffer holds two or three events.
const smallWriteBuffer = 4 << 10
