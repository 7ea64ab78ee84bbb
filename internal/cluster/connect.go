package cluster

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/netip"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
)

// A Conn is a connection to NATS. It has its name here so that other packages
// need not import NATS'.
type Conn = nats.Conn

// ConnectOptions say how to reach a NATS server, and as whom.
type ConnectOptions struct {
	URL  string // one or several, with commas: nats://HOST:PORT or tls://HOST:PORT
	Role Role
	ID   string // of the worker or server; NewID makes one
	Name string // how NATS lists the connection

	Token       string // "" for none
	Credentials string // file of a JWT and its key; "" for none
	CA          string // file of certificates to trust instead of the system's
	Cert, Key   string // files of a client certificate; "" for none
	Insecure    bool   // send a token or a password without encryption, beyond this machine too

	// Wait makes Connect return even while the server cannot be reached: the
	// connection is then tried for ever. Wrong credentials are an error still.
	Wait bool
	Log  *slog.Logger

	embedded *Embedded // connect to it within the process
}

// Connect connects to a NATS server. The connection is restored for ever, with
// waits that grow to maxReconnectDelay. While it is away, publishing fails at
// once: nothing is kept that could arrive stale. Subscriptions are restored.
//
// The error says what is wrong and what to do; it names no flag.
func Connect(ctx context.Context, o ConnectOptions) (*Conn, error) {
	options, err := o.options()
	if err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	conn, err := options.Connect()
	if o.Wait && isAway(err) {
		o.Log.Warn("NATS cannot be reached; it is tried again", "url", o.redactedURL(), "error", err)
		options.RetryOnFailedConnect = true
		conn, err = options.Connect()
	}
	if err != nil {
		return nil, o.explain(err)
	}
	if !conn.IsConnected() {
		return conn, nil // its version is checked once it is known
	}
	if err := checkVersion(conn.ConnectedServerVersion()); err != nil {
		conn.Close()
		return nil, fmt.Errorf("NATS at %s: %w", o.redactedURL(), err)
	}
	return conn, nil
}

// options returns the options of the NATS client.
func (o ConnectOptions) options() (nats.Options, error) {
	options := nats.GetDefaultOptions()
	options.Name = cmp.Or(o.Name, "aurea") + " " + o.ID
	options.InboxPrefix = o.inbox()
	options.Timeout = dialTimeout
	options.DrainTimeout = drainTimeout
	options.PingInterval, options.MaxPingsOut = pingEvery, maxPings
	if o.Role == RoleServer {
		options.PingInterval = serverPingEvery
	}
	options.MaxReconnect = -1
	options.IgnoreAuthErrorAbort = true
	options.CustomReconnectDelayCB = reconnectDelay
	options.ReconnectBufSize = -1
	options.ReconnectOnFlusherError = true
	options.PermissionErrOnSubscribe = true
	o.addHandlers(&options)
	if o.embedded != nil {
		options.InProcessServer = o.embedded.server
		options.User, options.Password = serverUser, o.embedded.secret
		return options, nil
	}
	addresses, err := parseURLs(o.URL)
	if err != nil {
		return options, err
	}
	for _, address := range addresses {
		options.Servers = append(options.Servers, address.String())
	}
	if err := o.addCredentials(&options); err != nil {
		return options, err
	}
	return options, o.addTLS(&options, addresses)
}

// inbox returns the prefix of the subjects that answers come to.
func (o ConnectOptions) inbox() string {
	if o.Role == RoleServer {
		return serverInbox + "." + o.ID
	}
	return workerInbox + "." + o.ID
}

// addCredentials adds who connects. The embedded server takes the id for the
// user and the token for the password; other servers take the token as one.
// What the URL has takes precedence over both.
func (o ConnectOptions) addCredentials(options *nats.Options) error {
	if o.Credentials == "" {
		options.User, options.Password, options.Token = o.ID, o.Token, o.Token
		return nil
	}
	if _, err := os.ReadFile(o.Credentials); err != nil { // the client reads it at every login
		return fmt.Errorf("read the credentials: %w", err)
	}
	return nats.UserCredentials(o.Credentials)(options)
}

// CheckURL returns an error for what is not the URL of one or several servers.
func CheckURL(list string) error {
	_, err := parseURLs(list)
	return err
}

// defaultPort is that of NATS.
const defaultPort = "4222"

// ServerAddrs returns the addresses in the URLs of one or several servers. It
// resolves no name but localhost.
func ServerAddrs(list string) (servers []netip.AddrPort) {
	addresses, _ := parseURLs(list) // CheckURL says what is wrong
	for _, address := range addresses {
		port, err := strconv.ParseUint(cmp.Or(address.Port(), defaultPort), 10, 16)
		if err != nil {
			continue
		}
		hosts := []string{address.Hostname()}
		if hosts[0] == "localhost" {
			hosts = []string{"127.0.0.1", "::1"}
		}
		for _, host := range hosts {
			if ip, err := netip.ParseAddr(host); err == nil {
				servers = append(servers, netip.AddrPortFrom(ip, uint16(port)))
			}
		}
	}
	return servers
}

// parseURLs reads the URLs of one or several servers.
func parseURLs(list string) (addresses []*url.URL, err error) {
	for text := range strings.SplitSeq(list, ",") {
		text = strings.TrimSpace(text)
		if !strings.Contains(text, "://") {
			text = "nats://" + text
		}
		address, err := url.Parse(text)
		if err != nil || address.Hostname() == "" {
			return nil, errors.New("the URL of a NATS server must be nats://HOST:PORT or tls://HOST:PORT")
		}
		if address.Scheme != "nats" && address.Scheme != "tls" {
			return nil, fmt.Errorf("the URL of a NATS server begins with nats:// or tls://, not with %s://", address.Scheme)
		}
		addresses = append(addresses, address)
	}
	return addresses, nil
}

// reconnectDelay returns how long to wait before the given attempt, from 1, to
// restore a connection: twice as long each time, and up to half as much less, so
// that workers do not come back all at once. While leases may last, it is short.
func reconnectDelay(attempt int) time.Duration {
	delay, longest, doublings := firstReconnectDelay, quickReconnectDelay, attempt-1
	if attempt > quickAttempts {
		delay, longest, doublings = quickReconnectDelay, maxReconnectDelay, attempt-quickAttempts
	}
	delay = min(delay<<min(doublings, 10), longest)
	return delay - rand.N(delay/2)
}

// Disconnect sends what is buffered, within drainTimeout, and closes a
// connection.
func Disconnect(conn *Conn) {
	if conn.IsConnected() {
		_ = conn.FlushTimeout(drainTimeout) // it is closed in any case
	}
	conn.Close()
}
