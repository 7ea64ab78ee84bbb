package client_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"

	"github.com/aurea-orchestrator/aurea/internal/engine"
	"github.com/aurea-orchestrator/aurea/internal/runs"
	"github.com/aurea-orchestrator/aurea/internal/server"
	"github.com/aurea-orchestrator/aurea/internal/store"
	"github.com/aurea-orchestrator/aurea/internal/workload/kinds"
)

// serviceURL is the URL of a real service, which TestMain starts for the
// examples of this package.
var serviceURL string

func TestMain(m *testing.M) {
	code, err := withService(m.Run)
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		code = 1
	}
	os.Exit(code)
}

// withService calls run while a service answers at serviceURL.
func withService(run func() int) (code int, err error) {
	dir, err := os.MkdirTemp("", "aurea-client-")
	if err != nil {
		return 0, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	kept, err := store.Open(context.Background(), dir, store.Options{})
	if err != nil {
		return 0, err
	}
	defer func() { _ = kept.Close() }()
	manager := runs.New(engine.New("test", kinds.New(kinds.Options{})),
		runs.Options{Store: kept, Owner: "test", Queue: 10})
	ctx, cancel := context.WithCancel(context.Background())
	managed := make(chan error, 1)
	go func() { managed <- manager.Run(ctx) }()
	api := httptest.NewServer(server.New(server.Options{
		Runs: manager, Metrics: http.NotFoundHandler(), Log: slog.New(slog.DiscardHandler),
	}))
	serviceURL = api.URL
	code = run()
	api.Close()
	cancel()
	return code, <-managed
}
