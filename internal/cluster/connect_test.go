package cluster

import (
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"github.com/aurea-orchestrator/aurea/internal/cluster/clustertest"
)

// freeAddress returns an address of the loopback interface that is free now.
func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }() // nothing was accepted
	return listener.Addr().String()
}

// A connection outlives a restart of its server: it is restored with its
// subscriptions, and nothing arrives that was published meanwhile.
func TestReconnect(t *testing.T) {
	address := freeAddress(t)
	first, err := Listen(EmbedOptions{Listen: address, Log: quiet()})
	if err != nil {
		t.Fatal(err)
	}
	worker := connect(t, ConnectOptions{URL: first.URL(), ID: "w"})
	asked := subscribe(t, worker, workerSubject("w", "*"))
	first.Close()
	waitFor(t, "the loss of the connection", func() bool { return !worker.IsConnected() })
	if err := worker.Publish(helloSubject("w"), []byte("stale")); !errors.Is(err, nats.ErrReconnectBufExceeded) {
		t.Errorf("publishing without a connection: %v, want %v", err, nats.ErrReconnectBufExceeded)
	}

	second := listen(t, EmbedOptions{Listen: address})
	server := serverConn(t, second)
	hellos := subscribe(t, server, helloSubject("*"))
	waitFor(t, "the connection", worker.IsConnected)
	if err := worker.Publish(helloSubject("w"), []byte("new")); err != nil {
		t.Fatal(err)
	}
	if got := string(next(t, hellos).Data); got != "new" {
		t.Errorf("after the restart %q arrives, want new", got)
	}
	if err := worker.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := server.Publish(workerSubject("w", askClock), []byte("clock")); err != nil {
		t.Fatal(err)
	}
	if got := string(next(t, asked).Data); got != "clock" {
		t.Errorf("the restored subscription hears %q, want clock", got)
	}
}

// With Wait a worker may start before its server.
func TestConnectWaits(t *testing.T) {
	address := freeAddress(t)
	worker := connect(t, ConnectOptions{URL: address, Wait: true})
	if worker.IsConnected() {
		t.Fatal("connected to nothing")
	}
	listen(t, EmbedOptions{Listen: address})
	waitFor(t, "the connection", worker.IsConnected)
}

// A first connection that fails says why, and what to do.
func TestConnectErrors(t *testing.T) {
	embedded := listen(t, EmbedOptions{Tokens: []string{"the-right-token-1"}})
	away := freeAddress(t)
	for _, test := range []struct {
		options ConnectOptions
		want    string
	}{
		{ConnectOptions{URL: "nats://u:secret@" + away}, "NATS at nats://" + away + " refuses the connection: nothing listens there"},
		{ConnectOptions{URL: embedded.URL(), Token: "x"}, "does not accept the token or credentials"},
		{ConnectOptions{URL: embedded.URL(), Token: "x", Wait: true}, "does not accept the token or credentials"},
		{ConnectOptions{URL: strings.Replace(embedded.URL(), "nats", "tls", 1)}, "offers no encryption"},
		{ConnectOptions{URL: closesConnections(t), Wait: true}, "closes the connection; it may be no NATS server"},
		{ConnectOptions{URL: "http://127.0.0.1:4222"}, "begins with nats:// or tls://, not with http://"},
		{ConnectOptions{URL: ""}, "must be nats://HOST:PORT or tls://HOST:PORT"},
		{ConnectOptions{URL: "nats://127.0.0.1:1,"}, "must be nats://HOST:PORT or tls://HOST:PORT"},
		{ConnectOptions{URL: away, Credentials: "/nowhere"}, "read the credentials: open /nowhere: "},
		{ConnectOptions{URL: away, CA: "/nowhere"}, "read the certificates to trust: open /nowhere: "},
		{ConnectOptions{URL: away, Cert: "/nowhere", Key: "/nowhere"}, "read the client's certificate: open /nowhere: "},
	} {
		_, err := tryConnect(t, test.options)
		if err == nil {
			t.Errorf("%+v: no error, want %q", test.options, test.want)
			continue
		}
		if !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %q, want %q", test.options.URL, err, test.want)
		}
		if strings.Contains(err.Error(), "secret") {
			t.Errorf("the error has the password: %q", err)
		}
	}
}

// closesConnections returns an address that accepts connections and closes them.
func closesConnections(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			_ = conn.Close()
		}
	}()
	return listener.Addr().String()
}

// The token of a server of somebody else works as its token.
func TestConnectToAnotherServer(t *testing.T) {
	url, _ := clustertest.NATS(t, "127.0.0.1:0", "its-own-token-of-16")
	for _, role := range []Role{RoleWorker, RoleServer} {
		conn := connect(t, ConnectOptions{URL: url, Role: role, Token: "its-own-token-of-16"})
		message, err := echo(conn)
		if err != nil || string(message.Data) != "hello" {
			t.Errorf("role %d: %v, %v; want hello", role, message, err)
		}
		conn.Close()
	}
}

// echo asks the connection itself.
func echo(conn *Conn) (*nats.Msg, error) {
	if _, err := conn.Subscribe(workerSubject("w", "*"), func(message *nats.Msg) { _ = message.Respond(message.Data) }); err != nil {
		return nil, err
	}
	return conn.Request(workerSubject("w", askClock), []byte("hello"), 10*time.Second)
}

// Only servers that are tested are used.
func TestCheckVersion(t *testing.T) {
	for version, want := range map[string]bool{
		"2.11.0": true, "2.12.9": true, "3.0.0": true, "2.11.0-RC.1": true, server.VERSION: true,
		"2.10.29": false, "2.9.1": false, "1.99.0": false, "": false, "new": false,
	} {
		if err := checkVersion(version); (err == nil) != want {
			t.Errorf("version %q: %v, want accepted: %v", version, err, want)
		}
	}
}

// The waits between attempts grow from 25 ms to 250 ms and, later than a lease
// lasts, to 2 s. They differ.
func TestReconnectDelay(t *testing.T) {
	for attempt, most := range map[int]time.Duration{
		1: 50 * time.Millisecond, 2: 100 * time.Millisecond, 3: 200 * time.Millisecond,
		4: 250 * time.Millisecond, 30: 250 * time.Millisecond, 31: 500 * time.Millisecond, 33: 2 * time.Second,
		1000: 2 * time.Second,
	} {
		seen := map[time.Duration]bool{}
		for range 100 {
			delay := reconnectDelay(attempt)
			if delay <= most/2 || delay > most {
				t.Errorf("attempt %d waits %v, want more than %v and at most %v", attempt, delay, most/2, most)
			}
			seen[delay] = true
		}
		if len(seen) < 50 {
			t.Errorf("attempt %d: 100 waits have %d values, want more", attempt, len(seen))
		}
	}
}

// A secret is not sent beyond this machine without encryption.
func TestSecretsAreEncrypted(t *testing.T) {
	for _, test := range []struct {
		options ConnectOptions
		want    bool
	}{
		{ConnectOptions{URL: "nats://127.0.0.1:4222", Token: "t"}, false},
		{ConnectOptions{URL: "nats://[::1]:4222", Token: "t"}, false},
		{ConnectOptions{URL: "nats://localhost:4222", Token: "t"}, false},
		{ConnectOptions{URL: "nats://nats.example:4222"}, false},
		{ConnectOptions{URL: "tls://nats.example:4222"}, true},
		{ConnectOptions{URL: "nats://nats.example:4222", Token: "t"}, true},
		{ConnectOptions{URL: "nats://user:password@nats.example:4222"}, true},
		{ConnectOptions{URL: "nats://token@nats.example:4222"}, true},
		{ConnectOptions{URL: "nats://127.0.0.1:4222,nats://10.0.0.1:4222", Token: "t"}, true},
		{ConnectOptions{URL: "nats://nats.example:4222", Token: "t", Insecure: true}, false},
	} {
		test.options.Log = quiet()
		options, err := test.options.options()
		if err != nil {
			t.Fatal(err)
		}
		if options.Secure != test.want {
			t.Errorf("%s, token %q: encrypted %v, want %v", test.options.URL, test.options.Token, options.Secure, test.want)
		}
		if options.TLSConfig.InsecureSkipVerify {
			t.Errorf("%s: the certificate is not checked", test.options.URL)
		}
	}
}

// Addresses of servers are those in their URLs; names are not resolved.
func TestServerAddrs(t *testing.T) {
	for list, want := range map[string]string{
		"":                              "[]",
		"nats://nats.example:4222":      "[]",
		"127.0.0.1:4000":                "[127.0.0.1:4000]",
		"nats://localhost":              "[127.0.0.1:4222 [::1]:4222]",
		"tls://[::1]:1,nats://10.0.0.7": "[[::1]:1 10.0.0.7:4222]",
	} {
		if got := fmt.Sprint(ServerAddrs(list)); got != want {
			t.Errorf("the addresses in %q are %s, want %s", list, got, want)
		}
	}
}
