// Package clustertest starts NATS servers for tests that need one of somebody
// else, without the roles of Aurea's own. It is imported by tests only.
package clustertest

import (
	"net"
	"strconv"
	"testing"

	"github.com/nats-io/nats-server/v2/server"
)

// NATS starts a NATS server on a loopback address, HOST:PORT, and returns its
// URL. It asks for the token; "" admits everybody. The server ends with the
// test, or when stop is called.
func NATS(t testing.TB, address, token string) (url string, stop func()) {
	t.Helper()
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	number, err := strconv.Atoi(port)
	if err != nil {
		t.Fatal(err)
	}
	if number == 0 {
		number = server.RANDOM_PORT
	}
	nats, err := server.NewServer(&server.Options{
		Host: host, Port: number, NoSigs: true, NoLog: true, Authorization: token,
	})
	if err != nil {
		t.Fatal(err)
	}
	nats.Start() // returns when the port is open
	if nats.Addr() == nil {
		t.Fatalf("no NATS server listens on %s", address)
	}
	stop = func() {
		nats.Shutdown()
		nats.WaitForShutdown()
	}
	t.Cleanup(stop)
	return nats.ClientURL(), stop
}
