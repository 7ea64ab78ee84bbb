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

// A pusher sends the metrics of a local run by Prometheus remote write, and its
// metrics and trace by OTLP. Each is optional.
type pusher struct {
	url             string              // of Prometheus remote write; "" for none
	telemetry       *telemetry.Exporter // nil for none
	stderr          *syncWriter
	stop            context.CancelFunc // nil before start
	senders         sync.WaitGroup
	releaseInstance func() // nil without a claimed instance
}

// prepare reads the OTLP settings from the environment.
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

// start starts to send the metrics that stats returns, if a destination is set.
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
	remoteWrite, err := metrics.NewPusher(view, p.url, instance)
	if err != nil {
		return usageErrorf("--push %v", err)
	}
	p.goPush("metrics", func() error { return remoteWrite.Run(ctx) })
	return nil
}

// goPush runs a sender in a goroutine and prints its error.
func (p *pusher) goPush(what string, run func() error) {
	p.senders.Go(func() {
		if err := run(); err != nil {
			printError(p.stderr, "cannot push the %s: %v; the result stands as it is", what, err)
		}
	})
}

// flush stops the senders and waits until they have sent the rest. Another start
// may follow.
func (p *pusher) flush() {
	if p.stop != nil {
		p.stop()
	}
	p.senders.Wait()
	if p.releaseInstance != nil {
		p.releaseInstance()
	}
	p.stop, p.releaseInstance = nil, nil
}

// A syncWriter serializes writes. It may be used concurrently.
type syncWriter struct {
	mu sync.Mutex
	w  io.Writer
}

// redirect makes later writes go to another writer.
func (s *syncWriter) redirect(w io.Writer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.w = w
}

func (s *syncWriter) Write(text []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.w.Write(text)
}
