package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/spf13/pflag"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/store"
)

// historyOptions are the flags that say where runs are kept, and how many.
type historyOptions struct {
	data  string
	store string
	keep  aurea.Retention
}

func (o *historyOptions) addFlags(flags *pflag.FlagSet) {
	flags.StringVar(&o.data, "data", "./aurea-data", "directory for what the service keeps; it is made where it is not")
	flags.StringVar(&o.store, "store", "", "database for the runs: sqlite://FILE, or postgres://USER@HOST/DATABASE; an SQLite file in --data unless given")
	flags.DurationVar(&o.keep.Age, "keep-age", 0, "forget runs that are older, such as 720h; 0 keeps them")
	flags.Int64Var(&o.keep.Runs, "keep-runs", 0, "most runs to keep; 0 is no limit")
	flags.Var((*size)(&o.keep.Bytes), "keep-bytes", "most bytes that runs may take, such as 10GB; 0 is no limit")
}

// open opens the store, and tells by which name this server is known in it.
func (o *historyOptions) open(ctx context.Context, log *slog.Logger) (*store.Store, string, error) {
	if o.keep.Age < 0 || o.keep.Runs < 0 {
		return nil, "", usageErrorf("--keep-age and --keep-runs must not be negative")
	}
	if err := os.MkdirAll(o.data, 0o700); err != nil {
		return nil, "", fmt.Errorf("cannot make the directory for the data: %w; choose another with --data", err)
	}
	owner, err := ownName(filepath.Join(o.data, "server-id"))
	if err != nil {
		return nil, "", err
	}
	address := o.store
	if address == "" {
		address = o.data
	} else if err := checkStore(address); err != nil {
		return nil, "", err
	}
	opened, err := store.Open(ctx, address, store.Options{Log: log})
	return opened, owner, err
}

// checkStore refuses an address that is none of a database. It says nothing of it
// but its scheme: there may be a password in it.
func checkStore(address string) error {
	scheme, _, found := strings.Cut(address, "://")
	switch {
	case !found:
		return usageErrorf("--store must be sqlite://FILE or postgres://USER@HOST/DATABASE; the one given has no scheme")
	case !slices.Contains([]string{"sqlite", "postgres", "postgresql"}, scheme):
		return usageErrorf("--store must be sqlite://FILE or postgres://USER@HOST/DATABASE; got one that begins with %q", scheme+"://")
	}
	return nil
}

// ownName reads the name that this server has in every life of it, or makes one.
func ownName(file string) (string, error) {
	content, err := os.ReadFile(file)
	if name := strings.TrimSpace(string(content)); err == nil && name != "" {
		return name, nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("cannot read this server's name: %w", err)
	}
	name := uuid.NewString()
	// Written aside and moved: a half one would be another name in the next life.
	aside := file + ".new"
	if err := os.WriteFile(aside, []byte(name+"\n"), 0o600); err != nil {
		return "", fmt.Errorf("cannot write this server's name: %w", err)
	}
	if err := os.Rename(aside, file); err != nil {
		return "", fmt.Errorf("cannot write this server's name: %w", err)
	}
	return name, nil
}

// kind is what sort of store it is, for people.
func (o *historyOptions) kind() string {
	if scheme, _, ok := strings.Cut(o.store, "://"); ok && scheme != "sqlite" {
		return "postgres"
	}
	return "sqlite"
}
