package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/aurea-orchestrator/aurea/internal/cluster"
	"github.com/aurea-orchestrator/aurea/internal/engine"
	"github.com/aurea-orchestrator/aurea/internal/workload/kinds"
)

func newWorkerCommand() *cobra.Command {
	var f workerFlags
	command := &cobra.Command{
		Use:   "worker",
		Short: "Run shares of a service's runs on this machine",
		Long: `Run shares of the runs of a service on this machine.

A worker runs what a service asks for, within its own flags: the service cannot
widen them. It runs one share at a time.`,
		Example: `  aurea worker --nats nats://127.0.0.1:4222
  aurea worker --nats tls://aurea.example:4222 --nats-token-file token`,
		Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			return f.run(command.Context(), command.ErrOrStderr())
		},
	}
	f.addFlags(command.Flags())
	return command
}

// run runs the worker until a signal. The first signal lets it end its share; a
// second one ends the process at once.
func (f workerFlags) run(ctx context.Context, stderr io.Writer) error {
	lines := newLogWriter(stderr)
	defer lines.Close()
	log, err := newLog(f.logLevel, lines)
	if err != nil {
		return err
	}
	if err := f.check(); err != nil {
		return err
	}
	allowed, err := f.policy.options(os.TempDir())
	if err != nil {
		return err
	}
	allowed.Targets = f.nats.refuseIn(allowed.Targets)
	allowed.Sweep()
	executor := engine.New(version, kinds.New(allowed))
	defer addSpareP(executor.Environment().Cores)() // reports must not wait for jobs
	hello, err := f.hello(executor.Environment())
	if err != nil {
		return err
	}
	conn, err := f.nats.connect(ctx, cluster.RoleWorker, hello.ID, f.insecure, log)
	if err != nil {
		return err
	}
	defer cluster.Disconnect(conn)

	signals, stop := signal.NotifyContext(ctx, syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	context.AfterFunc(signals, func() {
		stop()
		log.Info("shutting down; a second signal ends the worker at once", "grace", f.grace)
	})
	state := "worker is ready"
	if !conn.IsConnected() {
		state = "worker waits for NATS"
	}
	log.Info(state, "name", hello.Name, "id", hello.ID, "cores", hello.Environment.Cores, "version", version)
	err = cluster.NewWorker(conn, cluster.WorkerOptions{
		Hello: hello, Executor: executor, Grace: f.grace, Log: log, Policy: allowed.Policy,
	}).Run(signals)
	log.Info("stopped")
	return err
}
