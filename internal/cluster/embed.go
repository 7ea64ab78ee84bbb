package cluster

import (
	"cmp"
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"strconv"

	"github.com/nats-io/nats-server/v2/server"
)

// The limits of the embedded server.
const (
	maxControlLine   = 4 << 10  // bytes of a protocol line
	maxSubscriptions = 32       // of one connection
	maxSubjectTokens = 8        // of one subscription
	maxPendingBytes  = 64 << 20 // of one connection that reads too slowly
	tlsTimeout       = 5        // seconds of a handshake
)

// MaxWorkerConnections is how many connections an embedded server takes: those
// of the workers that a registry knows, and some for those that reconnect.
const MaxWorkerConnections = maxRoster + 200

// EmbedOptions configure a NATS server in this process.
type EmbedOptions struct {
	Listen string      // HOST:PORT; port 0 selects a free one
	Tokens []string    // any of them admits a worker; none: workers need no token
	TLS    *tls.Config // nil: connections are not encrypted
	Log    *slog.Logger

	// MaxConnections limits the connections; 0 selects MaxWorkerConnections.
	MaxConnections int
}

// An Embedded is a NATS server in this process, for workers of this service. It
// has NATS' core only: no JetStream, no monitoring, no system account, no
// cluster. A worker may do there what workerPermissions says.
type Embedded struct {
	server *server.Server
	secret string // the password of the service
	log    *slog.Logger
	tls    bool
}

// Listen starts a NATS server. It is ready when Listen returns; Close ends it.
func Listen(o EmbedOptions) (*Embedded, error) {
	host, portText, err := net.SplitHostPort(o.Listen)
	if err != nil {
		return nil, fmt.Errorf("%q is not HOST:PORT: %w", o.Listen, err)
	}
	port, err := strconv.ParseUint(portText, 10, 16)
	if err != nil {
		return nil, fmt.Errorf("%q has no port from 0 to 65535", o.Listen)
	}
	e := &Embedded{secret: NewID(), log: o.Log, tls: o.TLS != nil}
	options := serverOptions(host, int(port))
	options.CustomClientAuthentication = newAuthenticator(e.secret, o.Tokens)
	options.MaxConn = cmp.Or(o.MaxConnections, MaxWorkerConnections)
	options.TLSConfig, options.TLS = o.TLS, o.TLS != nil
	if e.server, err = server.NewServer(options); err != nil {
		return nil, fmt.Errorf("start NATS: %w", err)
	}
	lines := &natsLog{log: o.Log}
	e.server.SetLoggerV2(lines, false, false, false)
	e.server.Start() // returns when the port is open
	if e.server.Addr() == nil {
		e.server.Shutdown()
		return nil, fmt.Errorf("cannot listen on %s: %s", o.Listen, lines.lastFatal())
	}
	o.Log.Info("NATS is listening", "url", e.URL(), "tokens", len(o.Tokens), "tls", e.tls)
	return e, nil
}

// serverOptions returns the options of a server with NATS' core only.
func serverOptions(host string, port int) *server.Options {
	if port == 0 {
		port = server.RANDOM_PORT
	}
	if host == "" {
		host = "0.0.0.0" // of all interfaces, as a listener of Go means it
	}
	return &server.Options{
		ServerName:      "aurea-" + NewID(),
		Host:            host,
		Port:            port,
		NoSigs:          true,
		NoSystemAccount: true,
		MaxPayload:      maxPayload,
		MaxControlLine:  maxControlLine,
		MaxSubs:         maxSubscriptions,
		MaxSubTokens:    maxSubjectTokens,
		MaxPending:      maxPendingBytes,
		PingInterval:    pingEvery,
		MaxPingsOut:     maxPings,
		TLSTimeout:      tlsTimeout,
		AuthTimeout:     tlsTimeout + 1, // seconds, from the connection on
		// Workers keep to the URL that they were given; the addresses of this
		// machine may not be theirs to reach.
		Cluster: server.ClusterOpts{NoAdvertise: true},
	}
}

// URL returns where workers of this machine reach the server.
func (e *Embedded) URL() string {
	scheme := "nats://"
	if e.tls {
		scheme = "tls://"
	}
	return scheme + e.server.Addr().String()
}

// Addr returns where the server listens.
func (e *Embedded) Addr() netip.AddrPort {
	address, _ := netip.ParseAddrPort(e.server.Addr().String()) // it is a TCP listener's
	return address
}

// Connect connects the service itself, within the process.
func (e *Embedded) Connect(ctx context.Context) (*Conn, error) {
	return Connect(ctx, ConnectOptions{
		Role:     RoleServer,
		ID:       NewID(),
		Name:     "aurea serve",
		Log:      e.log,
		embedded: e,
	})
}

// Close ends the server and all of its connections, and waits for them.
func (e *Embedded) Close() {
	e.server.Shutdown()
	e.server.WaitForShutdown()
}

// ServerTLS reads the certificate with which an embedded server shows who it is.
func ServerTLS(certFile, keyFile string) (*tls.Config, error) {
	certificate, err := tls.LoadX509KeyPair(certFile, keyFile)
	if err != nil {
		return nil, err
	}
	return &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{certificate}}, nil
}
