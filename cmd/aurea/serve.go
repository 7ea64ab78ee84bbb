package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/aurea-orchestrator/aurea/internal/budget"
	"github.com/aurea-orchestrator/aurea/internal/engine"
	"github.com/aurea-orchestrator/aurea/internal/metrics"
	"github.com/aurea-orchestrator/aurea/internal/platform"
	"github.com/aurea-orchestrator/aurea/internal/runs"
	"github.com/aurea-orchestrator/aurea/internal/server"
	"github.com/aurea-orchestrator/aurea/internal/telemetry"
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
}

func newServeCommand() *cobra.Command {
	var o serveOptions
	command := &cobra.Command{
		Use:   "serve",
		Short: "Run the service: HTTP API, metrics and web page",
		Example: `  aurea serve
  aurea serve --data /var/lib/aurea --keep-age 2160h --keep-bytes 10GB
  aurea serve --store postgres://aurea@db.example/aurea
  aurea serve --listen 0.0.0.0:5000 --token-file /run/secrets/aurea-tokens`,
		Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			return o.serve(command.Context(), command.ErrOrStderr())
		},
	}
	flags := command.Flags()
	flags.StringVar(&o.listen, "listen", "127.0.0.1:5000", "address to answer on")
	o.store.addFlags(flags)
	flags.StringVar(&o.tokenFile, "token-file", "", "`file` of bearer tokens, one a line, alone or behind read or run; needed to listen beyond this machine, read again at SIGHUP")
	flags.BoolVar(&o.insecure, "insecure", false, "listen beyond this machine without tokens: anyone who reaches the port can start runs")
	flags.StringSliceVar(&o.hosts, "allow-host", nil, "`HOST` name by which the service may be called, besides localhost and addresses, with or without a port; repeatable (see docs/security.md)")
	flags.IntVar(&o.queue, "queue", 16, "most runs that may wait for their turn")
	flags.DurationVar(&o.grace, "grace", 10*time.Second, "how long a running run may go on after SIGTERM")
	o.policy.addFlags(flags, "that of --data")
	o.policy.addTargetFlag(flags)
	flags.StringVar(&o.grafana, "grafana", "", "`URL` of the Grafana that has the dashboards, for the page to lead there")
	flags.StringVar(&o.logLevel, "log-level", "info", "debug, info, warn or error")
	return command
}

// serve runs the service until a signal: the first one drains it, a second one
// ends it at once.
func (o serveOptions) serve(ctx context.Context, stderr io.Writer) (err error) {
	lines := newLogWriter(stderr)
	defer lines.Close()
	log, err := newLog(o.logLevel, lines)
	if err != nil {
		return err
	}
	tokens, err := readTokens(o.tokenFile)
	if err != nil {
		return err
	}
	if o.queue < 1 {
		return usageErrorf("--queue must be at least 1; got %d", o.queue)
	}
	if err := o.checkExposure(tokens); err != nil {
		return err
	}
	hosts, err := o.allowedHosts(tokens)
	if err != nil {
		return err
	}
	grafana, err := grafanaURL(o.grafana)
	if err != nil {
		return err
	}
	host, err := o.policy.policy(o.store.dataDir)
	if err != nil {
		return err
	}
	files := newFileBudget(platform.OpenFileLimit())
	host.OpenFiles = files.jobs
	exporter, err := telemetry.New(os.Getenv, version, log)
	if err != nil {
		return usageErrorf("%v", err)
	}
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", o.listen)
	if err != nil {
		return fmt.Errorf("cannot listen on %s: %w; choose another address with --listen", o.listen, err)
	}
	if own, err := netip.ParseAddrPort(listener.Addr().String()); err == nil { // as TCP has it
		host.Targets = host.Targets.Except(own)
	}
	host.Sweep()
	kept, owner, err := o.store.open(ctx, log)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	defer func() {
		if closed := kept.Close(); err == nil {
			err = closed
		}
	}()

	executor := engine.New(version, host)
	defer addSpareP(executor.Environment().Cores)()
	requests := budget.New(host.MemoryLimit() / 2)
	manager := runs.New(executor, runs.Options{
		Queue: o.queue, Grace: o.grace, Host: host, Log: log, Budget: requests,
		Store: kept, Owner: owner, Keep: o.store.retention,
		Ended: exporter.Ended, Trace: exporter.Trace, Traced: exporter.Traced,
	})
	view, err := metrics.New(manager.Stats, executor.Environment(), log)
	if err != nil {
		return fmt.Errorf("set up metrics: %w", err)
	}
	if err := view.Count("aurea_log_lines_dropped_total", "Lines of the log that its reader did not take.", lines.Dropped); err != nil {
		return err
	}
	api := server.New(server.Options{
		Runs:    manager,
		Metrics: view,
		Kinds:   host.Kinds(),
		Store:   o.store.address.kind(),
		Damaged: kept.Damaged,
		Version: version,
		Grafana: grafana,
		Tokens:  tokens,
		Hosts:   hosts,
		Budget:  requests,
		Clients: int(files.apiConns),
		Log:     log,
	})

	// A log whose reader is gone must not end the process. To be notified, unlike to
	// ignore, is not passed on to the programs of exec jobs.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	var running components
	signals, stop := signal.NotifyContext(ctx, o.shutdownSignals()...)
	defer stop()
	executing, drain := context.WithCancel(context.WithoutCancel(ctx))
	defer drain()
	context.AfterFunc(signals, func() {
		signal.Notify(make(chan os.Signal, 1), syscall.SIGHUP) // which often comes with another
		stop()                                                 // from here on a second signal ends the process
		log.Info("shutting down", "grace", o.grace)
		time.AfterFunc(o.grace+closeConnsAfter, api.Close)
		time.AfterFunc(o.grace+logRunningAfter, func() { running.logRunning(log) })
		drain()
	})
	o.reloadTokensOnHangup(signals, api, log)
	log.Info("listening", "url", "http://"+listener.Addr().String(), "version", version)

	// The API goes on answering until the manager has ended its last run.
	var group errgroup.Group
	answering, drained := context.WithCancel(context.WithoutCancel(ctx))
	defer drained()
	group.Go(func() error {
		defer drained()
		return running.run("runs", func() error { return manager.Run(executing) })
	})
	group.Go(func() error {
		defer drain()
		return running.run("answers", func() error { return api.Serve(answering, listener) })
	})
	group.Go(func() error {
		if err := running.run("telemetry", func() error { return exporter.Run(answering, view) }); err != nil {
			log.Warn("telemetry was not sent", "error", err)
		}
		return nil
	})
	err = group.Wait()
	log.Info("stopped")
	return err
}

// checkExposure refuses to let strangers start runs by accident.
func (o serveOptions) checkExposure(tokens []server.Token) error {
	host, _, err := net.SplitHostPort(o.listen)
	if err != nil {
		return usageErrorf("--listen must be HOST:PORT, such as 127.0.0.1:5000; got %q", o.listen)
	}
	address := net.ParseIP(host)
	if len(tokens) > 0 || o.insecure || host == "localhost" || address != nil && address.IsLoopback() {
		return nil
	}
	return usageErrorf("--listen %s can be reached from other machines, and whoever reaches it could start runs; give --token-file FILE, or --insecure if you mean it", o.listen)
}

// allowedHosts are what requests may call the service by. With tokens a page
// that is taken for one of this service gets nowhere, so any name is answered,
// until some are given.
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

func newLog(level string, stderr io.Writer) (*slog.Logger, error) {
	var parsed slog.Level
	if err := parsed.UnmarshalText([]byte(level)); err != nil {
		return nil, usageErrorf("--log-level must be debug, info, warn or error; got %q", level)
	}
	return slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: parsed})), nil
}
