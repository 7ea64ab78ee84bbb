package main

import (
	"context"
	"log/slog"
	"runtime"

	"github.com/spf13/pflag"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/cluster"
	"github.com/aurea-orchestrator/aurea/internal/egress"
	"github.com/aurea-orchestrator/aurea/internal/engine"
	"github.com/aurea-orchestrator/aurea/internal/runs"
	"github.com/aurea-orchestrator/aurea/internal/scenarios"
)

// brokerFlags say where a service meets its workers: at a NATS server of its
// own, at another one, or, by default, nowhere.
type brokerFlags struct {
	own   natsListenFlags
	other natsFlags
}

func (f *brokerFlags) addFlags(flags *pflag.FlagSet) {
	f.own.addFlags(flags)
	f.other.addFlags(flags, "the service meets its workers")
}

// check checks the flags without reading the files that they name.
func (f brokerFlags) check(insecure bool) error {
	if f.own.set() && f.other.set() {
		return usageErrorf("--nats-listen and --nats cannot be combined; the service meets its workers at one NATS server")
	}
	if err := f.own.check(insecure); err != nil {
		return err
	}
	return f.other.check()
}

// A broker is a service's connection to its workers.
type broker struct {
	own      *cluster.Embedded // nil if the NATS server is another one
	conn     *cluster.Conn
	registry *cluster.Registry

	dispatcher *cluster.Dispatcher // of the executor
}

// open starts or reaches the NATS server; it returns nil if there is to be none.
// The registry knows no worker before it runs.
func (f brokerFlags) open(
	ctx context.Context, maxConnections int64, insecure bool, log *slog.Logger,
) (b *broker, err error) {
	b = &broker{}
	switch {
	case f.own.set():
		if b.own, err = f.own.start(maxConnections, log); err != nil {
			return nil, err
		}
		if b.conn, err = b.own.Connect(ctx); err != nil {
			b.own.Close()
			return nil, err
		}
	case f.other.set():
		if b.conn, err = f.other.connect(ctx, cluster.RoleServer, cluster.NewID(), insecure, log); err != nil {
			return nil, err
		}
	default:
		return nil, nil
	}
	b.registry = cluster.NewRegistry(b.conn, cluster.RegistryOptions{Version: version, GoArch: runtime.GOARCH, Log: log})
	return b, nil
}

// refuseIn returns a list that refuses the service's own NATS server.
func (b *broker) refuseIn(targets egress.Allowlist) egress.Allowlist {
	if b == nil || b.own == nil {
		return targets
	}
	return targets.Except(b.own.Addr())
}

// lister returns the function that lists the workers that are known; nil without
// a broker.
func (b *broker) lister() func() []aurea.Worker {
	if b == nil {
		return nil
	}
	return b.registry.Workers
}

// outlivesService reports whether other services reach the workers when this one
// has ended: its NATS server is another process.
func (b *broker) outlivesService() bool { return b != nil && b.own == nil }

// withStats returns the stats of runs with those of the workers. Call it after
// executor.
func (b *broker) withStats(runs func() aurea.Stats) func() aurea.Stats {
	if b == nil {
		return runs
	}
	return func() aurea.Stats {
		stats, workers := runs(), b.dispatcher.Stats()
		stats.Workers = &workers
		return stats
	}
}

// close ends the connection, and the NATS server if it is the service's own.
func (b *broker) close() {
	if b == nil {
		return
	}
	cluster.Disconnect(b.conn)
	if b.own != nil {
		b.own.Close()
	}
}

// executor returns the executor of the service's runs: its workers, where the
// spec does not want this process.
func (b *broker) executor(local *engine.Engine, log *slog.Logger) runs.Executor {
	if b == nil {
		return scenarios.Executor{Engine: localExecutor{local}}
	}
	b.dispatcher = cluster.NewDispatcher(cluster.DispatcherOptions{
		Conn: b.conn, Registry: b.registry, Resolver: local, Log: log,
	})
	return cluster.Placement{Local: scenarios.Executor{Engine: local}, Workers: b.dispatcher}
}
