package main

import (
	"context"
	"log/slog"
	"os"
	"os/signal"
	"slices"
	"sync"
	"syscall"
	"time"

	"github.com/aurea-orchestrator/aurea/internal/server"
)

// The end of the service: its grace is for the running run, and then there are a
// few seconds more for what is left.
const (
	closeConnsAfter = 4 * time.Second // answers that are still read are cut
	logRunningAfter = 5 * time.Second // the log says what the service still waits for
)

// components are what the service consists of while it runs, by name.
type components struct {
	mu      sync.Mutex
	running []string
}

// run does the work of one part.
func (p *components) run(name string, work func() error) error {
	p.mu.Lock()
	p.running = append(p.running, name)
	p.mu.Unlock()
	defer func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.running = slices.DeleteFunc(p.running, func(other string) bool { return other == name })
	}()
	return work()
}

// logRunning says which parts have not ended.
func (p *components) logRunning(log *slog.Logger) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.running) > 0 {
		log.Warn("the service has not ended", "waits_for", p.running)
	}
}

// shutdownSignals are the signals that end the service. The end of a terminal is one of
// them, unless it was to be survived (nohup) or has another meaning: see onHangup.
func (o serveOptions) shutdownSignals() []os.Signal {
	signals := []os.Signal{syscall.SIGTERM, syscall.SIGINT}
	if o.tokenFile == "" && !signal.Ignored(syscall.SIGHUP) {
		signals = append(signals, syscall.SIGHUP)
	}
	return signals
}

// reloadTokensOnHangup has SIGHUP read the token file again, if there is one, until ctx ends. A
// file that is not right changes nothing.
func (o serveOptions) reloadTokensOnHangup(ctx context.Context, api *server.Server, log *slog.Logger) {
	if o.tokenFile == "" {
		return
	}
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP)
	go func() {
		for {
			select {
			case <-hangups:
			case <-ctx.Done():
				return
			}
			tokens, err := readTokens(o.tokenFile)
			if err != nil {
				log.Error("the tokens stay as they were", "error", err)
				continue
			}
			api.SetTokens(tokens)
			log.Info("tokens were read again", "tokens", len(tokens))
		}
	}()
}
