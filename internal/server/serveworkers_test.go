package server

import (
	"context"
	"log/slog"
	"runtime"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea/internal/cluster"
	"github.com/aurea-orchestrator/aurea/internal/engine"
	"github.com/aurea-orchestrator/aurea/internal/runs"
)

// serveWorkers starts a service with a NATS server and with workers of the given
// names, all in this process. They end with the test.
func serveWorkers(t *testing.T, names ...string) *service {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	nats, err := cluster.Listen(cluster.EmbedOptions{Listen: "127.0.0.1:0", Log: log})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nats.Close)
	conn, err := nats.Connect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	registry := cluster.NewRegistry(conn, cluster.RegistryOptions{
		Version: "1.2.3", GoArch: runtime.GOARCH, Log: log,
	})
	runUntilEnd(t, registry.Run)
	for _, name := range names {
		startWorker(t, nats.URL(), name, log)
	}
	until(t, "the workers", func() bool { return len(registry.Available(nil)) == len(names) })
	local := engine.New("1.2.3", everyKind)
	placement := cluster.Placement{Local: local, Workers: cluster.NewDispatcher(cluster.DispatcherOptions{
		Conn: conn, Registry: registry, Resolver: local, Log: log,
	})}
	return serveWith(t, placement, runs.Options{}, withWorkers(registry.Workers))
}

// startWorker starts a worker of the host "test".
func startWorker(t *testing.T, url, name string, log *slog.Logger) {
	t.Helper()
	id := cluster.NewID()
	conn, err := cluster.Connect(t.Context(), cluster.ConnectOptions{
		URL: url, Role: cluster.RoleWorker, ID: id, Name: name, Log: log,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	executor := engine.New("1.2.3", everyKind)
	worker := cluster.NewWorker(conn, cluster.WorkerOptions{
		Hello: cluster.Hello{
			ID: id, Name: name, Protocol: cluster.Protocol, Version: "1.2.3", GoArch: runtime.GOARCH,
			Host: "test", Boot: "since today", Environment: executor.Environment(), Weight: 1,
		},
		Executor: executor, Grace: time.Second, Log: log,
	})
	runUntilEnd(t, worker.Run)
}

// runUntilEnd runs a component until the end of the test.
func runUntilEnd(t *testing.T, component func(context.Context) error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- component(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}
