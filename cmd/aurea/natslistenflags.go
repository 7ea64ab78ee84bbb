package main

import (
	"fmt"
	"log/slog"
	"net"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"github.com/aurea-orchestrator/aurea/internal/cluster"
)

// natsListenFlags are the flags of the NATS server within a service.
type natsListenFlags struct {
	listen    string
	cert, key string
	tokenFile string
}

func (f *natsListenFlags) addFlags(flags *pflag.FlagSet) {
	flags.StringVar(&f.listen, "nats-listen", "",
		"`address` on which a NATS server of the service waits for workers, such as 127.0.0.1:4222")
	flags.StringVar(&f.tokenFile, "worker-token-file", "",
		"`file` of tokens for workers, one a line; with --nats-listen, required beyond this machine")
	flags.StringVar(&f.cert, "nats-tls-cert", "",
		"`file` of the certificate of the NATS server, in PEM; with --nats-listen, required beyond this machine")
	flags.StringVar(&f.key, "nats-tls-key", "", "`file` of its key, in PEM")
}

// set reports whether the service has a NATS server.
func (f natsListenFlags) set() bool { return f.listen != "" }

// check checks the flags without reading the files that they name. Insecure
// allows any address.
func (f natsListenFlags) check(insecure bool) error {
	if !f.set() {
		if flag := firstSet(
			[2]string{"--worker-token-file", f.tokenFile},
			[2]string{"--nats-tls-cert", f.cert}, [2]string{"--nats-tls-key", f.key},
		); flag != "" {
			return usageErrorf("%s is for the NATS server of the service; start one with --nats-listen", flag)
		}
		return nil
	}
	if err := checkPair("--nats-tls-cert", f.cert, "--nats-tls-key", f.key); err != nil {
		return err
	}
	host, port, err := net.SplitHostPort(f.listen)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if err != nil {
		return usageErrorf("--nats-listen must be HOST:PORT, such as 127.0.0.1:4222; got %q", f.listen)
	}
	if insecure || isLoopback(host) {
		return nil
	}
	var missing []string
	if f.tokenFile == "" {
		missing = append(missing, "--worker-token-file FILE")
	}
	if f.cert == "" {
		missing = append(missing, "--nats-tls-cert FILE", "--nats-tls-key FILE")
	}
	if len(missing) == 0 {
		return nil
	}
	return usageErrorf("--nats-listen %s can be reached from other machines, and anyone who reaches it could join as a "+
		"worker, or read what workers are told; give %s, or --insecure if you mean it", f.listen, joinAnd(missing))
}

// start starts the NATS server, for at most maxConnections workers.
func (f natsListenFlags) start(maxConnections int64, log *slog.Logger) (*cluster.Embedded, error) {
	o := cluster.EmbedOptions{Listen: f.listen, MaxConnections: int(maxConnections), Log: log}
	var err error
	if o.Tokens, err = readWorkerTokens(f.tokenFile); err != nil {
		return nil, err
	}
	if f.cert != "" {
		if o.TLS, err = cluster.ServerTLS(f.cert, f.key); err != nil {
			return nil, usageErrorf("--nats-tls-cert, --nats-tls-key: %v", err)
		}
	}
	embedded, err := cluster.Listen(o)
	if err != nil {
		return nil, fmt.Errorf("%w; choose another address with --nats-listen", err)
	}
	return embedded, nil
}

// isLoopback reports whether a host is this machine by its name or address.
func isLoopback(host string) bool {
	address := net.ParseIP(host)
	return host == "localhost" || address != nil && address.IsLoopback()
}

// joinAnd joins words with commas and an and.
func joinAnd(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}
