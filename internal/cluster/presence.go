package cluster

import (
	"context"
	"log/slog"
)

// RegistryOptions say which workers a server can use.
type RegistryOptions struct {
	Version string // of this server; workers of another are refused
	GoArch  string // likewise
	Log     *slog.Logger
}

// A Registry knows the workers that say hello to a server. Its methods are safe
// for concurrent use.
type Registry struct{}

// NewRegistry returns an empty registry. Run fills it.
func NewRegistry(conn *Conn, o RegistryOptions) *Registry { panic("not yet") }

// Run asks all workers for a hello and listens to them until ctx ends.
func (r *Registry) Run(ctx context.Context) error { panic("not yet") }

// Ready returns the last hellos of the idle workers that have all of the given
// labels and are not refused, ordered by name and ID.
func (r *Registry) Ready(labels map[string]string) []Hello { panic("not yet") }

// Changed returns a channel that is closed at the next change of a worker. To
// miss none, get the channel before looking.
func (r *Registry) Changed() <-chan struct{} { panic("not yet") }

// SetClock keeps what was measured of a worker's clock, for the list of workers.
func (r *Registry) SetClock(worker string, clock Estimate) { panic("not yet") }

// An Announcer tells all servers what a worker does. Its methods are safe for
// concurrent use.
type Announcer struct{}

// NewAnnouncer returns an announcer of the worker that hello describes.
func NewAnnouncer(conn *Conn, hello Hello, log *slog.Logger) *Announcer { panic("not yet") }

// Set changes the state of the worker and tells it at once. Exec is the
// execution that the worker is reserved for or runs.
func (a *Announcer) Set(state State, exec string) { panic("not yet") }

// Run says hello every few seconds, when asked and when the connection is
// restored, until ctx ends. Then it says goodbye.
func (a *Announcer) Run(ctx context.Context) error { panic("not yet") }
