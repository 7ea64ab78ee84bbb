package server

import (
	"context"
	"net"
	"sync"
	"sync/atomic"
)

// limited is a listener with room for so many connections at once. Others wait
// until one of these is closed. Unlike netutil's it does not hide the connection,
// whose buffer keepLittle sets.
type limited struct {
	net.Listener
	room   chan struct{} // holds one for each connection
	closed chan struct{}
	close  func() error
}

func limit(listener net.Listener, connections int) *limited {
	l := &limited{Listener: listener, room: make(chan struct{}, connections), closed: make(chan struct{})}
	l.close = sync.OnceValue(func() error {
		close(l.closed)
		return listener.Close()
	})
	return l
}

// Accept waits for room, and then for a connection.
func (l *limited) Accept() (net.Conn, error) {
	select {
	case l.room <- struct{}{}:
	case <-l.closed:
		return nil, net.ErrClosed
	}
	conn, err := l.Listener.Accept()
	if err != nil {
		<-l.room
		return nil, err
	}
	return &connection{Conn: conn, leave: sync.OnceFunc(func() { <-l.room })}, nil
}

// Close also ends an Accept that waits for room.
func (l *limited) Close() error { return l.close() }

// A connection makes room when it is closed. It can find out whether its client
// is gone; see tillGone.
type connection struct {
	net.Conn
	leave  func()
	broken atomic.Bool // reading failed

	mu        sync.Mutex
	answering bool // the answer has begun, other than by begin
	sent      int  // how much of answerBegins was written ahead of it
}

func (c *connection) Close() error {
	defer c.leave()
	return c.Conn.Close()
}

// connectionKey is the key of the connection in a request's context.
type connectionKey struct{}

func withConnection(ctx context.Context, conn net.Conn) context.Context {
	return context.WithValue(ctx, connectionKey{}, conn)
}

// keepLittle has the system keep little of what is written to a request's
// connection and not yet taken by the client: it would hold four megabytes for one
// that takes nothing, and hide that it does.
func keepLittle(ctx context.Context) {
	conn, _ := ctx.Value(connectionKey{}).(*connection)
	if conn == nil {
		return
	}
	if tcp, ok := conn.Conn.(interface{ SetWriteBuffer(bytes int) error }); ok {
		_ = tcp.SetWriteBuffer(little) // a connection that cannot has more kept
	}
}

// little is of two or three events.
const little = 4 << 10
