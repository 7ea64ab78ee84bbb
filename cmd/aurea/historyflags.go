package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/pflag"

	"github.com/aurea-orchestrator/aurea/client"
	"github.com/aurea-orchestrator/aurea/internal/history"
)

// historyFlags select the history of runs on this machine.
type historyFlags struct {
	directory string // "" for the default
	flags     *pflag.FlagSet
}

func (f *historyFlags) addFlags(flags *pflag.FlagSet) {
	f.flags = flags
	flags.StringVar(&f.directory, "history", "",
		"`directory` of the runs on this machine (default $XDG_DATA_HOME/aurea, or ~/.local/share/aurea)")
}

// find returns the history.
func (f *historyFlags) find() (*history.History, error) {
	if f.directory != "" {
		return history.In(f.directory), nil
	}
	// A relative path is to be ignored (specifications.freedesktop.org/basedir).
	if data := os.Getenv("XDG_DATA_HOME"); filepath.IsAbs(data) {
		return history.In(filepath.Join(data, "aurea")), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return nil, fmt.Errorf("%w; give --history DIRECTORY", err)
	}
	return history.In(filepath.Join(home, ".local", "share", "aurea")), nil
}

// open returns a client of the history as a service. A directory that was named
// must exist.
func (f *historyFlags) open(ctx context.Context) (*client.Client, func(), error) {
	found, err := f.find()
	if err != nil {
		return nil, nil, err
	}
	if f.directory != "" {
		if info, err := os.Stat(f.directory); err != nil || !info.IsDir() {
			return nil, nil, usageErrorf("%s: there is no directory %q; runs are kept there once aurea run has made it",
				flagOrigin(f.flags.Lookup("history")), f.directory)
		}
	}
	service, err := found.Open(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("cannot open the history: %w", err)
	}
	return service.Client, func() { _ = service.Close() }, nil // it was read, or has been written
}
