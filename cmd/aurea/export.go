package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/metrics"
)

// An export sends the numbers of a process that nobody scrapes somewhere else,
// if the user says where.
type export struct {
	push   string // an endpoint of Prometheus' remote write
	stderr io.Writer
	stop   context.CancelFunc
	ended  chan struct{} // closed when all is sent, or was given up
}

// start begins to send the numbers that stats returns.
func (e *export) start(stats func() aurea.Stats) error {
	if e.push == "" {
		return nil
	}
	view, err := metrics.New(stats, version, slog.New(slog.DiscardHandler))
	if err != nil {
		return fmt.Errorf("set up metrics: %w", err)
	}
	instance, _ := os.Hostname() // "" where there is none
	pusher, err := metrics.NewPusher(view, e.push, instance)
	if err != nil {
		return usageErrorf("--push %v", err)
	}
	ctx, stop := context.WithCancel(context.Background())
	e.stop, e.ended = stop, make(chan struct{})
	go func() {
		defer close(e.ended)
		if err := pusher.Run(ctx); err != nil {
			fmt.Fprintf(e.stderr, "aurea: cannot push the metrics: %v; the result stands as it is\n", err)
		}
	}()
	return nil
}

// finish sends what is left and returns when that is done.
func (e *export) finish() {
	if e.stop != nil {
		e.stop()
		<-e.ended
	}
}
