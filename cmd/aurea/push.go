package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"sync"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/metrics"
	"github.com/aurea-orchestrator/aurea/internal/telemetry"
)

// An export sends the numbers of a process that nobody scrapes somewhere else,
// if the user says where.
type export struct {
	push      string // an endpoint of Prometheus' remote write
	telemetry *telemetry.Exporter
	stderr    io.Writer
	stop      context.CancelFunc
	sending   sync.WaitGroup
	release   func() // gives up the name that is pushed under; nil without one
}

// prepare reads what the environment asks for.
func (e *export) prepare(stderr io.Writer) (err error) {
	e.stderr = &orderly{to: stderr}
	log, err := newLog("warn", e.stderr)
	if err != nil {
		return err
	}
	if e.telemetry, err = telemetry.New(os.Getenv, version, log); err != nil {
		return usageErrorf("%v", err)
	}
	return nil
}

// start begins to send the numbers that stats returns, of runs on a machine, if they
// are wanted.
func (e *export) start(stats func() aurea.Stats, where aurea.Environment) error {
	if e.push == "" && e.telemetry == nil {
		return nil
	}
	view, err := metrics.New(stats, where, slog.New(slog.DiscardHandler))
	if err != nil {
		return fmt.Errorf("set up metrics: %w", err)
	}
	ctx, stop := context.WithCancel(context.Background())
	e.stop = stop
	if e.telemetry != nil {
		e.send("telemetry", func() error { return e.telemetry.Run(ctx, view) })
	}
	if e.push == "" {
		return nil
	}
	instance, release := claimInstance()
	e.release = release
	pusher, err := metrics.NewPusher(view, e.push, instance)
	if err != nil {
		return usageErrorf("--push %v", err)
	}
	e.send("metrics", func() error { return pusher.Run(ctx) })
	return nil
}

// send lets something run until it is stopped, and tells if it failed.
func (e *export) send(what string, run func() error) {
	e.sending.Go(func() {
		if err := run(); err != nil {
			complain(e.stderr, "cannot push the %s: %v; the result stands as it is", what, err)
		}
	})
}

// finish sends what is left and returns when that is done.
func (e *export) finish() {
	if e.stop != nil {
		e.stop()
	}
	e.sending.Wait()
	if e.release != nil {
		e.release()
	}
}

// An orderly writer is one that several may write to.
type orderly struct {
	mu sync.Mutex
	to io.Writer
}

func (o *orderly) Write(text []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.to.Write(text)
}
