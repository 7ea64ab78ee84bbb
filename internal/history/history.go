// Package history keeps the runs that a user executes on this machine, and
// finds those that are executed now.
//
// Its stance: a history is a directory of the user's. Processes share it and
// none is its server. Each writes its finished run in one short transaction
// (keep.go), and until then serves the run to others on a Unix socket in the
// directory (live.go). A reader sees both as one service (service.go): the
// handler of the HTTP API over the stored and the live runs, reached by a
// client.Client inside its own process. So a command works the same on the
// history and at a server.
//
// A history that cannot be written costs the run nothing: its error is the
// caller's to report.
package history

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/aurea-orchestrator/aurea"
)

// kept is how much a history holds: the newest runs, and those that are the
// baseline of their name.
var kept = aurea.Retention{Runs: 10_000, Bytes: 1 << 30}

// A History is a directory of runs. Its methods may be called concurrently,
// also by several processes.
type History struct {
	directory string
	kept      aurea.Retention
}

// In returns the history in a directory, which need not exist.
func In(directory string) *History { return &History{directory: directory, kept: kept} }

// Directory returns where the history is.
func (h *History) Directory() string { return h.directory }

// Exists reports whether anything was kept.
func (h *History) Exists() bool {
	_, err := os.Stat(h.database())
	return !errors.Is(err, fs.ErrNotExist)
}

// database returns the file of the stored runs, as package store names it.
func (h *History) database() string { return filepath.Join(h.directory, "aurea.db") }

// sockets returns the directory of the sockets of live runs.
func (h *History) sockets() string { return filepath.Join(h.directory, "live") }
