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

// An pusher sends the numbers of a process that nobody scrapes somewhere else,
// if the user says where.
type pusher struct {
	url             string // an endpoint of Prometheus' remote write
	telemetry       *telemetry.Exporter
	stderr          io.Writer
	stop            context.CancelFunc
	senders         sync.WaitGroup
	releaseInstance func() // gives up the name that is pushed under; nil without one
}

// prepare reads what the environment asks for.
func (p *pusher) prepare(stderr io.Writer) (err error) {
	p.stderr = &syncWriter{w: stderr}
	log, err := newLog("warn", p.stderr)
	if err != nil {
		return err
	}
	if p.telemetry, err = telemetry.New(os.Getenv, version, log); err != nil {
		return usageErrorf("%v", err)
	}
	return nil
}

// start begins to send the numbers that stats returns, of runs on a machine, if they
// are wanted.
func (p *pusher) start(stats func() aurea.Stats, where aurea.Environment) error {
	if p.url == "" && p.telemetry == nil {
		return nil
	}
	view, err := metrics.New(stats, where, slog.New(slog.DiscardHandler))
	if err != nil {
		return fmt.Errorf("set up metrics: %w", err)
	}
	ctx, stop := context.WithCancel(context.Background())
	p.stop = stop
	if p.telemetry != nil {
		p.goPush("telemetry", func() error { return p.telemetry.Run(ctx, view) })
	}
	if p.url == "" {
		return nil
	}
	instance, release := claimInstance()
	p.releaseInstance = release
	pusher, err := metrics.NewPusher(view, p.url, instance)
	if err != nil {
		return usageErrorf("--push %v", err)
	}
	p.goPush("metrics", func() error { return pusher.Run(ctx) })
	return nil
}

// goPush lets something run until it is stopped, and tells if it failed.
func (p *pusher) goPush(what string, run func() error) {
	p.senders.Go(func() {
		if err := run(); err != nil {
			printError(p.stderr, "cannot push the %s: %v; the result stands as it is", what, err)
		}
	})
}

// flush sends what is left and returns when that is done.
func (p *pusher) flush() {
	if p.stop != nil {
		p.stop()
	}
	p.senders.Wait()
	if p.releaseInstance != nil {
		p.releaseInstance()
	}
}

// An syncWriter writer is one that several may write to.
type syncWriter struct {
	mu sync.Mutex
	w  io.Writer
}

func (s *syncWriter) Write(text []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.w.Write(text)
}
