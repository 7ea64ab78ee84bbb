package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/aurea-orchestrator/aurea/internal/engine"
	"github.com/aurea-orchestrator/aurea/internal/platform"
	"github.com/aurea-orchestrator/aurea/internal/server"
	"github.com/aurea-orchestrator/aurea/internal/telemetry"
	"github.com/aurea-orchestrator/aurea/internal/workload/kinds"
)

// serveOptions are the flags of aurea serve.
type serveOptions struct {
	store     storeOptions
	listen    string
	tokenFile string
	insecure  bool
	hosts     []string
	queue     int
	grace     time.Duration
	grafana   string
	logLevel  string
	policy    policyFlags
	broker    brokerFlags
}

func newServeCommand() *cobra.Command {
	var o serveOptions
	command := &cobra.Command{
		Use:   "serve",
		Short: "Run the service: HTTP API, metrics and web page",
		Example: `  aurea serve
  aurea serve --data /var/lib/aurea --keep-age 2160h --keep-bytes 10GB
  aurea serve --store postgres://aurea@db.example/aurea
  aurea serve --listen 0.0.0.0:5000 --token-file /run/secrets/aurea-tokens
  aurea serve --nats-listen 127.0.0.1:4222`,
		Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			return o.serve(command.Context(), command.ErrOrStderr())
		},
	}
	flags := command.Flags()
	flags.StringVar(&o.listen, "listen", "127.0.0.1:5000", "address to listen on")
	o.store.addFlags(flags)
	flags.StringVar(&o.tokenFile, "token-file", "",
		"`file` of bearer tokens, one a line, each alone or after its role, read or run; "+
			"required to listen beyond this machine, read again on SIGHUP")
	flags.BoolVar(&o.insecure, "insecure", false,
		"listen beyond this machine without tokens: anyone who reaches the ports can start runs, or join as a worker")
	flags.StringSliceVar(&o.hosts, "allow-host", nil,
		"`HOST` name that requests may use besides localhost and addresses, with or without a port; "+
			"repeatable (see docs/security.md)")
	flags.IntVar(&o.queue, "queue", 16, "most runs that may wait in the queue")
	flags.DurationVar(&o.grace, "grace", 10*time.Second,
		"how long the active run may continue after SIGTERM; one on workers is handed over at once")
	o.policy.addFlags(flags, "that of --data")
	o.policy.addTargetFlag(flags)
	o.broker.addFlags(flags)
	flags.StringVar(&o.grafana, "grafana", "", "`URL` of the Grafana with the dashboards, which the web page links to")
	flags.StringVar(&o.logLevel, "log-level", "info", "debug, info, warn or error")
	return command
}

// serve runs the service until a signal. The first signal drains it; a second
// one ends the process at once.
func (o serveOptions) serve(ctx context.Context, stderr io.Writer) (err error) {
	defer addBallast()()
	lines := newLogWriter(stderr)
	defer lines.Close()
	log, err := newLog(o.logLevel, lines)
	if err != nil {
		return err
	}
	c, err := o.config()
	if err != nil {
		return err
	}
	exporter, err := telemetry.New(os.Getenv, version, log)
	if err != nil {
		return usageErrorf("%v", err)
	}
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", o.listen)
	if err != nil {
		return fmt.Errorf("cannot listen on %s: %w; choose another address with --listen", o.listen, err)
	}
	if own, err := netip.ParseAddrPort(listener.Addr().String()); err == nil { // always, for TCP
		c.allowed.Targets = c.allowed.Targets.Except(own)
	}
	c.allowed.Sweep()
	history, serverID, err := o.store.open(ctx, log)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	defer func() {
		if closed := history.Close(); err == nil {
			err = closed
		}
	}()

	broker, err := o.broker.open(ctx, c.workerConns, o.insecure, log)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	defer broker.close()
	c.allowed.Targets = broker.refuseIn(o.broker.other.refuseIn(c.allowed.Targets))

	executor := engine.New(version, kinds.New(c.allowed))
	defer addSpareP(executor.Environment().Cores)()
	s := service{options: o, log: log, listener: listener, exporter: exporter, broker: broker}
	if err := s.build(c, executor, history, serverID); err != nil {
		return err
	}
	if err := s.view.AddCounter("aurea_log_lines_dropped_total",
		"Lines of the log that its reader did not take.", lines.Dropped); err != nil {
		return err
	}
	return s.run(ctx)
}

// A serveConfig is what the options mean once they are checked.
type serveConfig struct {
	tokens   []server.Token
	hosts    server.Hosts
	grafana  string
	allowed  kinds.Options // what jobs may do
	apiConns int64

	workerConns int64 // 0 without a NATS server of the service
}

// config checks the options. It reads the files that they name and opens
// nothing else.
func (o serveOptions) config() (c serveConfig, err error) {
	if c.tokens, err = readTokens(o.tokenFile); err != nil {
		return c, err
	}
	if o.queue < 1 {
		return c, usageErrorf("--queue must be at least 1; got %d", o.queue)
	}
	if o.grace < 0 {
		return c, usageErrorf("--grace must not be negative; got %s", o.grace)
	}
	if err := o.checkExposure(c.tokens); err != nil {
		return c, err
	}
	if err := o.broker.check(o.insecure); err != nil {
		return c, err
	}
	if c.hosts, err = o.allowedHosts(c.tokens); err != nil {
		return c, err
	}
	if c.grafana, err = parseGrafanaURL(o.grafana); err != nil {
		return c, err
	}
	if c.allowed, err = o.policy.options(o.store.dataDir); err != nil {
		return c, err
	}
	files := newFileBudget(platform.OpenFileLimit(), o.broker.own.set())
	c.allowed.OpenFiles, c.apiConns, c.workerConns = files.jobs, files.apiConns, files.workers
	return c, nil
}

// checkExposure refuses an address that other machines can reach unless there
// are tokens or --insecure.
func (o serveOptions) checkExposure(tokens []server.Token) error {
	host, _, err := net.SplitHostPort(o.listen)
	if err != nil {
		return usageErrorf("--listen must be HOST:PORT, such as 127.0.0.1:5000; got %q", o.listen)
	}
	if len(tokens) > 0 || o.insecure || isLoopback(host) {
		return nil
	}
	return usageErrorf("--listen %s can be reached from other machines, and anyone who reaches it could start runs; "+
		"give --token-file FILE, or --insecure if you mean it", o.listen)
}

// allowedHosts returns the names that a request's Host header may have. The
// check stops DNS rebinding: a page of another site that reaches this address
// under its own name. Such a page has no token, so with tokens any name is
// allowed unless --allow-host lists some.
func (o serveOptions) allowedHosts(tokens []server.Token) (server.Hosts, error) {
	names, err := server.ParseHosts(o.hosts)
	if err != nil {
		return server.Hosts{}, usageErrorf("--allow-host: %v", err)
	}
	hosts := server.Hosts{
		Any:       len(tokens) > 0 && len(names) == 0,
		Addresses: len(tokens) > 0 || o.insecure,
		Names:     names,
	}
	if host, _, err := net.SplitHostPort(o.listen); err == nil && host != "" {
		hosts.Names = append(hosts.Names, strings.ToLower(host))
	}
	return hosts, nil
}
