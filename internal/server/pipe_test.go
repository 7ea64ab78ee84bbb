package server

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// A pipeListener is an in-memory listener: a write blocks until it is read, and
// deadlines use synctest's time.
type pipeListener struct {
	dialled chan net.Conn
	closed  chan struct{}
}

func (p pipeListener) Accept() (net.Conn, error) {
	select {
	case conn := <-p.dialled:
		return conn, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p pipeListener) Close() error {
	select {
	case <-p.closed:
	default:
		close(p.closed)
	}
	return nil
}

func (p pipeListener) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 5000} }

// A clientConn is a client's connection to a server in synctest.
type clientConn struct {
	net.Conn
	t       *testing.T
	answers *bufio.Reader
	opened  time.Time
}

// listen starts a server on pipes until stop is called; stopped is closed when
// Serve has returned.
func listen(t *testing.T, runs Runs, changes ...func(*Options)) (dial func() *clientConn, stop func(),
	stopped <-chan struct{}) {
	t.Helper()
	network := pipeListener{make(chan net.Conn), make(chan struct{})}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := New(newOptions(runs, changes...)).Serve(ctx, network); err != nil {
			t.Errorf("Serve: %v", err)
		}
	}()
	t.Cleanup(func() { cancel(); <-done })
	return func() *clientConn {
		t.Helper()
		near, far := net.Pipe()
		network.dialled <- far
		t.Cleanup(func() { _ = near.Close() })
		if err := near.SetReadDeadline(time.Now().Add(48 * time.Hour)); err != nil { // so that a hang is an error
			t.Fatal(err)
		}
		return &clientConn{near, t, bufio.NewReader(near), time.Now()}
	}, cancel, done
}

// send writes a part of a request, with a carriage return before every newline.
func (l *clientConn) send(text string) {
	l.t.Helper()
	if _, err := io.WriteString(l, strings.ReplaceAll(text, "\n", "\r\n")); err != nil {
		l.t.Fatal(err)
	}
}

func (l *clientConn) answer() (answer, error) {
	response, err := http.ReadResponse(l.answers, nil)
	if err != nil {
		return answer{}, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return answer{response.StatusCode, response.Header, body}, err
}

// want reads one response, which must have that status.
func (l *clientConn) want(status int) answer {
	l.t.Helper()
	got, err := l.answer()
	if err != nil || got.status != status {
		l.t.Fatalf("%d %s (%v), want %d", got.status, got.body, err, status)
	}
	return got
}

// wantEnd checks that the server closes the connection so long after the given
// moment.
func (l *clientConn) wantEnd(since time.Time, after time.Duration) {
	l.t.Helper()
	rest, err := io.ReadAll(l.answers)
	if err != nil || len(rest) != 0 {
		l.t.Errorf("the server sent %q (%v), want the end of the connection", rest, err)
	}
	if took := time.Since(since); took != after {
		l.t.Errorf("the server closed the connection after %v, want %v", took, after)
	}
}

func post(length int) string {
	return fmt.Sprintf("POST /benchmark/run HTTP/1.1\nHost: localhost\nContent-Type: "+
		"application/json\nContent-Length: %d\n\n", length)
}

const getHealth = "GET /health HTTP/1.1\nHost: localhost\n\n"

// longRunningFake returns a fake whose runs last for d, unless their client
// disconnects.
func longRunningFake(d time.Duration) fake {
	return fake{do: func(ctx context.Context, spec aurea.Spec) (aurea.Run, error) {
		select {
		case <-time.After(d):
			return finished(spec), nil
		case <-ctx.Done():
			return aurea.Run{}, aurea.ErrUnavailable
		}
	}}
}
