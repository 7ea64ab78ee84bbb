package cluster

import (
	"fmt"
	"log/slog"
	"os"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if value := os.Getenv(simulateEnv); value != "" {
		if err := simulate(value); err != nil {
			fmt.Fprintln(os.Stderr, "simulated workers:", err)
			os.Exit(1)
		}
		return
	}
	goleak.VerifyTestMain(m)
}

// quiet discards what is logged.
func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// listen starts an embedded server on a free port of the loopback interface. It
// is closed when the test ends.
func listen(t testing.TB, o EmbedOptions) *Embedded {
	t.Helper()
	if o.Listen == "" {
		o.Listen = "127.0.0.1:0"
	}
	if o.Log == nil {
		o.Log = quiet()
	}
	embedded, err := Listen(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(embedded.Close)
	return embedded
}

// serverConn connects the service itself to an embedded server.
func serverConn(t testing.TB, embedded *Embedded) *Conn {
	t.Helper()
	conn, err := embedded.Connect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	return conn
}

// connect connects as the options say, as a worker with a new id by default.
func connect(t *testing.T, o ConnectOptions) *Conn {
	t.Helper()
	conn, err := tryConnect(t, o)
	if err != nil {
		t.Fatal(err)
	}
	return conn
}

// tryConnect is connect for a connection that may fail.
func tryConnect(t *testing.T, o ConnectOptions) (*Conn, error) {
	t.Helper()
	if o.ID == "" {
		o.ID = NewID()
	}
	if o.Log == nil {
		o.Log = quiet()
	}
	conn, err := Connect(t.Context(), o)
	if err == nil {
		t.Cleanup(conn.Close)
	}
	return conn, err
}

// waitFor polls until a condition holds. It fails after ten seconds.
func waitFor(t *testing.T, what string, condition func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); !condition(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s: not within 10s", what)
		}
	}
}
