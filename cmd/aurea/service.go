package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"slices"
	"sync"
	"syscall"

	"golang.org/x/sync/errgroup"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/budget"
	"github.com/aurea-orchestrator/aurea/internal/engine"
	"github.com/aurea-orchestrator/aurea/internal/metrics"
	"github.com/aurea-orchestrator/aurea/internal/runs"
	"github.com/aurea-orchestrator/aurea/internal/search"
	"github.com/aurea-orchestrator/aurea/internal/server"
	"github.com/aurea-orchestrator/aurea/internal/store"
	"github.com/aurea-orchestrator/aurea/internal/telemetry"
)

// A service is the long-lived components of aurea serve. They start in run.
type service struct {
	options  serveOptions
	log      *slog.Logger
	listener net.Listener
	exporter *telemetry.Exporter
	broker   *broker // nil if the service has no workers
	manager  *runs.Manager
	searches *search.Manager
	view     *metrics.View
	api      *server.Server
	running  componentSet
}

// build makes the manager, the metrics and the API.
func (s *service) build(c serveConfig, executor *engine.Engine, history *store.Store, serverID string) (err error) {
	requests := budget.New(c.allowed.MemoryLimit().Max / 2)
	s.manager = runs.New(s.broker.executor(executor, s.log), runs.Options{
		Queue:  s.options.queue,
		Grace:  s.options.grace,
		Log:    s.log,
		Budget: requests,
		Store:  history,
		Owner:  serverID,
		Shared: s.options.store.address.kind() == "postgres" && s.broker.outlivesService(),
		Keep:   s.options.store.retention,
		Ended:  s.exporter.Ended,
		Trace:  s.exporter.Trace,
		Traced: s.exporter.Traced,
	})
	run := func(ctx context.Context, spec aurea.Spec) (aurea.Run, error) { return s.manager.Do(ctx, spec, nil) }
	s.searches = search.NewManager(search.Options{
		Run: run,
		Check: func(spec aurea.Spec) error {
			_, err := executor.Resolve(aurea.NewPlan(spec, 0))
			return err
		},
		Store: history,
		Owner: serverID,
		Log:   s.log,
	})
	if s.view, err = metrics.New(s.broker.withStats(s.manager.Stats), executor.Environment(), s.log); err != nil {
		return fmt.Errorf("set up metrics: %w", err)
	}
	s.api = server.New(server.Options{
		Runs:     s.manager,
		Searches: s.searches,
		Metrics:  s.view,
		Kinds:    executor.Kinds(),
		Store:    s.options.store.address.kind(),
		Damaged:  history.Damaged,
		Version:  version,
		Machine:  executor.Environment(),
		Grafana:  c.grafana,
		Tokens:   c.tokens,
		Hosts:    c.hosts,
		Workers:  s.broker.lister(),
		Budget:   requests,
		Clients:  int(c.apiConns),
		Log:      s.log,
	})
	return nil
}

// run runs the components until a signal or the end of ctx, and returns when
// all of them have stopped. The API, the telemetry and the registry of workers
// stop after the manager: clients can still read the last run, and its workers
// are known to the end.
func (s *service) run(ctx context.Context) error {
	ignoreBrokenPipe()
	managerCtx, drainRuns := context.WithCancel(context.WithoutCancel(ctx))
	searchCtx, stopSearches := context.WithCancel(context.WithoutCancel(ctx))
	drain := func() {
		stopSearches() // and their runs, which would be handed over
		drainRuns()
	}
	defer drain()
	signals, stop := signal.NotifyContext(ctx, s.options.shutdownSignals()...)
	defer stop()
	context.AfterFunc(signals, func() { s.shutDown(stop, drain) })
	s.options.reloadTokensOnHangup(signals, s.api, s.log)
	s.log.Info("listening", "url", "http://"+s.listener.Addr().String(), "version", version)

	apiCtx, stopAPI := context.WithCancel(context.WithoutCancel(ctx))
	defer stopAPI()
	var group errgroup.Group
	group.Go(func() error {
		defer stopAPI()
		return s.running.run("runs", func() error { return s.manager.Run(managerCtx) })
	})
	group.Go(func() error {
		return s.running.run("searches", func() error {
			s.searches.Run(searchCtx)
			return nil
		})
	})
	group.Go(func() error {
		defer drain()
		return s.running.run("answers", func() error { return s.api.Serve(apiCtx, s.listener) })
	})
	group.Go(func() error {
		if err := s.running.run("telemetry", func() error { return s.exporter.Run(apiCtx, s.view) }); err != nil {
			s.log.Warn("telemetry was not sent", "error", err)
		}
		return nil
	})
	if s.broker != nil {
		group.Go(func() error {
			return s.running.run("workers", func() error { return s.broker.registry.Run(apiCtx) })
		})
	}
	err := group.Wait()
	s.log.Info("stopped")
	return err
}

// ignoreBrokenPipe keeps the process alive when the reader of its log goes
// away. It subscribes to SIGPIPE because exec jobs would inherit an ignored
// signal.
func ignoreBrokenPipe() { signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE) }

// A componentSet is the names of the components that are running. Its methods
// may be called concurrently.
type componentSet struct {
	mu    sync.Mutex
	names []string
}

// run runs a component and lists its name meanwhile.
func (c *componentSet) run(name string, component func() error) error {
	c.mu.Lock()
	c.names = append(c.names, name)
	c.mu.Unlock()
	defer func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.names = slices.DeleteFunc(c.names, func(other string) bool { return other == name })
	}()
	return component()
}

// warnIfRunning logs the components that have not stopped, if there are any.
func (c *componentSet) warnIfRunning(log *slog.Logger) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.names) > 0 {
		log.Warn("the service has not ended", "waits_for", c.names)
	}
}
