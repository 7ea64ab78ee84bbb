package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/pflag"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/store"
)

// storeOptions are the flags that select the store and how long runs are kept.
type storeOptions struct {
	dataDir   string
	address   storeAddress
	retention aurea.Retention
}

func (s *storeOptions) addFlags(flags *pflag.FlagSet) {
	flags.StringVar(&s.dataDir, "data", "./aurea-data", "directory for the data of the service, created if missing")
	s.address.addFlags(flags,
		"database for the runs: sqlite://FILE, or postgres://USER@HOST/DATABASE (default an SQLite file in --data)")
	flags.DurationVar(&s.retention.Age, "keep-age", 0, "delete runs that are older, such as 720h; 0 keeps all")
	flags.Int64Var(&s.retention.Runs, "keep-runs", 0, "most runs to keep; 0 is no limit")
	flags.Var((*byteSize)(&s.retention.Bytes), "keep-bytes", "most bytes that runs may take, such as 10GB; 0 is no limit")
}

// open opens the store and returns it with the id of this server.
func (s *storeOptions) open(ctx context.Context, log *slog.Logger) (*store.Store, string, error) {
	if s.retention.Age < 0 {
		return nil, "", usageErrorf("--keep-age must not be negative; got %s", s.retention.Age)
	}
	if s.retention.Runs < 0 {
		return nil, "", usageErrorf("--keep-runs must not be negative; got %d", s.retention.Runs)
	}
	address, err := s.address.read()
	if err != nil {
		return nil, "", err
	}
	if err := os.MkdirAll(s.dataDir, 0o700); err != nil {
		return nil, "", fmt.Errorf("cannot make the directory for the data: %w; choose another with --data", err)
	}
	serverID, err := loadServerID(filepath.Join(s.dataDir, "server-id"), log)
	if err != nil {
		return nil, "", err
	}
	if address == "" {
		address = s.dataDir
	}
	opened, err := store.Open(ctx, address, store.Options{Log: log})
	return opened, serverID, err
}

// loadServerID reads the id under which this server owns runs in the store, or
// creates one. If the file cannot be written, as on a full disk, the id lasts
// until the process ends. Runs that it leaves unfinished are then recovered
// when its lease expires.
func loadServerID(file string, log *slog.Logger) (string, error) {
	content, err := os.ReadFile(file)
	if id := strings.TrimSpace(string(content)); err == nil && id != "" {
		return id, nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("cannot read this server's name: %w", err)
	}
	id := rand.Text()
	// The rename keeps a partly written id from being read after a crash.
	temporary := file + ".new"
	err = os.WriteFile(temporary, []byte(id+"\n"), 0o600)
	if err == nil {
		err = os.Rename(temporary, file)
	}
	if err != nil {
		log.Warn("this server's name cannot be kept for its next life", "error", err)
	}
	return id, nil
}
