package cluster_test

import (
	"context"
	"io"
	"log/slog"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/cluster"
	"github.com/aurea-orchestrator/aurea/internal/engine"
	"github.com/aurea-orchestrator/aurea/internal/workload"
	"github.com/aurea-orchestrator/aurea/internal/workload/kinds"
)

// A service is a dispatcher with a NATS server and workers, all in this process.
type service struct {
	embedded   *cluster.Embedded
	conn       *cluster.Conn
	registry   *cluster.Registry
	dispatcher *cluster.Dispatcher
	engine     *engine.Engine
}

// startService starts a dispatcher and n workers.
func startService(t *testing.T, n int) *service {
	t.Helper()
	log := testLog(t)
	embedded, err := cluster.Listen(cluster.EmbedOptions{Listen: "127.0.0.1:0", Log: log})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(embedded.Close)
	s := &service{embedded: embedded, engine: engine.New("test", kinds.New(kinds.Options{}))}
	s.connect(t, log)
	for i := range n {
		s.startWorker(t, string(rune('a'+i)), log)
	}
	s.awaitWorkers(t, n)
	return s
}

// connect connects a dispatcher to the NATS server.
func (s *service) connect(t *testing.T, log *slog.Logger) {
	t.Helper()
	conn, err := s.embedded.Connect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	s.conn = conn
	s.registry = cluster.NewRegistry(conn, cluster.RegistryOptions{Version: "test", GoArch: runtime.GOARCH, Log: log})
	run(t, "registry", s.registry.Run)
	s.dispatcher = cluster.NewDispatcher(cluster.DispatcherOptions{
		Conn: conn, Registry: s.registry, Resolver: s.engine, Log: log,
	})
}

// anotherService is a second service with the same workers.
func (s *service) anotherService(t *testing.T) *service {
	t.Helper()
	another := &service{embedded: s.embedded, engine: s.engine}
	another.connect(t, testLog(t))
	another.awaitWorkers(t, len(s.registry.Available(nil)))
	return another
}

// anotherDispatcher is the dispatcher of a second service.
func (s *service) anotherDispatcher(t *testing.T) *cluster.Dispatcher {
	t.Helper()
	return s.anotherService(t).dispatcher
}

// testLog writes warnings to the test's log.
func testLog(t *testing.T) *slog.Logger {
	return slog.New(slog.NewTextHandler(testWriter{t}, &slog.HandlerOptions{Level: slog.LevelWarn}))
}

// startWorker starts a worker with an engine of its own. It returns the worker's
// connection.
func (s *service) startWorker(t *testing.T, name string, log *slog.Logger) *cluster.Conn {
	t.Helper()
	return s.startExecutor(t, name, engine.New("test", kinds.New(kinds.Options{})), log)
}

// startExecutor is startWorker for a worker that executes its shards by x.
func (s *service) startExecutor(
	t *testing.T, name string, x cluster.ShardExecutor, log *slog.Logger,
) *cluster.Conn {
	t.Helper()
	return s.startWorkerAt(t, s.embedded.URL(), name, x, log)
}

// startWorkerAt is startExecutor for a worker that reaches the NATS server by
// another URL.
func (s *service) startWorkerAt(
	t *testing.T, url, name string, x cluster.ShardExecutor, log *slog.Logger,
) *cluster.Conn {
	t.Helper()
	return s.startWorkerWith(t, url, cluster.WorkerOptions{Hello: cluster.Hello{Name: name}, Executor: x, Log: log})
}

// startWorkerWith is startWorkerAt for a worker with other options. Of its hello the
// name is needed.
func (s *service) startWorkerWith(t *testing.T, url string, o cluster.WorkerOptions) *cluster.Conn {
	t.Helper()
	id, name := cluster.NewID(), o.Hello.Name
	conn, err := cluster.Connect(t.Context(), cluster.ConnectOptions{
		URL: url, Role: cluster.RoleWorker, ID: id, Name: name, Log: o.Log,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	o.Grace = time.Second
	o.Hello = cluster.Hello{
		ID: id, Name: name, Protocol: cluster.Protocol, Version: "test", GoArch: runtime.GOARCH,
		Host: "test", Environment: s.engine.Environment(), Weight: 1,
	}
	run(t, "worker "+name, cluster.NewWorker(conn, o).Run)
	return conn
}

// run runs a component until the end of the test.
func run(t *testing.T, what string, component func(context.Context) error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- component(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("%s: %v", what, err)
		}
	})
}

// awaitWorkers waits until n workers are ready.
func (s *service) awaitWorkers(t *testing.T, n int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	for {
		changed := s.registry.Changed()
		if len(s.registry.Available(nil)) >= n {
			return
		}
		select {
		case <-changed:
		case <-ctx.Done():
			t.Fatalf("%d workers are ready, want %d", len(s.registry.Available(nil)), n)
		}
	}
}

// An executor executes plans: the engine or a dispatcher.
type executor interface {
	Resolve(plan aurea.Plan) (*workload.Resolved, error)
	Execute(
		ctx context.Context, plan aurea.Plan, resolved *workload.Resolved,
		controls <-chan aurea.Command, observe func(aurea.Progress),
	) (aurea.Measurement, error)
}

// executeOnce executes a spec until its first start counts. A busy machine
// gives up a start now and then, and the jobs of that one are seen at the
// target too. It calls before ahead of each execution.
func executeOnce(t *testing.T, x executor, spec string, before func()) aurea.Measurement {
	t.Helper()
	for {
		before()
		measured := execute(t, x, spec)
		if !slices.ContainsFunc(measured.Warnings, isStartGivenUp) {
			return measured
		}
		t.Logf("the spec is executed again: %q", measured.Warnings)
	}
}

// isStartGivenUp reports whether a warning is the one on a start that was given
// up.
func isStartGivenUp(warning string) bool { return strings.HasPrefix(warning, cluster.StartGivenUp) }

// otherWarnings returns the warnings that are not on a start that was given up.
func otherWarnings(m aurea.Measurement) []string {
	return slices.DeleteFunc(slices.Clone(m.Warnings), isStartGivenUp)
}

// execute executes a spec to its end.
func execute(t *testing.T, x executor, spec string) aurea.Measurement {
	t.Helper()
	plan := planOf(t, spec)
	resolved, err := x.Resolve(plan)
	if err != nil {
		t.Fatal(err)
	}
	measured, err := x.Execute(t.Context(), plan, resolved, nil, func(aurea.Progress) {})
	if err != nil {
		t.Fatal(err)
	}
	return measured
}

// planOf decodes a spec and resolves it with a fixed seed.
func planOf(t *testing.T, spec string) aurea.Plan {
	t.Helper()
	decoded, err := aurea.DecodeSpec([]byte(spec))
	if err != nil {
		t.Fatal(err)
	}
	return aurea.NewPlan(decoded, 42)
}

// A testWriter writes the log to the test's.
type testWriter struct{ t *testing.T }

func (w testWriter) Write(line []byte) (int, error) {
	w.t.Log(string(line))
	return len(line), nil
}

var _ io.Writer = testWriter{}
