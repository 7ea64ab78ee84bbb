package main

import (
	"context"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/aurea-orchestrator/aurea/internal/server"
)

// What happens to a shutdown that takes longer than the grace of the active
// run.
const (
	closeConnsAfter  = 4 * time.Second // close connections that still read a response
	warnRunningAfter = 5 * time.Second // log the components that have not stopped
)

// shutDown starts the shutdown. It calls stop, so that a second signal ends the
// process at once, and then drain.
func (s *service) shutDown(stop, drain func()) {
	signal.Notify(make(chan os.Signal, 1), syscall.SIGHUP) // it often follows another signal
	stop()
	s.log.Info("shutting down", "grace", s.options.grace)
	time.AfterFunc(s.options.grace+closeConnsAfter, s.api.Close)
	time.AfterFunc(s.options.grace+warnRunningAfter, func() { s.running.warnIfRunning(s.log) })
	drain()
}

// shutdownSignals returns the signals that end the service. SIGHUP is one
// unless nohup ignores it or it reloads the token file.
func (o serveOptions) shutdownSignals() []os.Signal {
	signals := []os.Signal{syscall.SIGTERM, syscall.SIGINT}
	if o.tokenFile == "" && !signal.Ignored(syscall.SIGHUP) {
		signals = append(signals, syscall.SIGHUP)
	}
	return signals
}

// reloadTokensOnHangup reloads the token file, if there is one, on every SIGHUP
// until ctx ends. If the file is invalid, the tokens stay as they were.
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
