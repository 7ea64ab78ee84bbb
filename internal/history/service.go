package history

import (
	"context"
	"errors"
	"net/http"

	"github.com/aurea-orchestrator/aurea/client"
	"github.com/aurea-orchestrator/aurea/internal/runs"
	"github.com/aurea-orchestrator/aurea/internal/store"
)

// A Service is a history as a service within this process. Make one with
// History.Open and close it.
type Service struct {
	*client.Client
	runs   *allRuns
	store  *store.Store // nil before anything was kept
	stop   context.CancelFunc
	served chan error
}

// Open opens the history. It creates nothing as long as there is no run. While
// it is open, other processes may keep runs and read them.
func (h *History) Open(ctx context.Context) (*Service, error) {
	s := &Service{served: make(chan error, 1)}
	s.runs = &allRuns{live: liveSet{history: h, clients: map[string]*client.Client{}}}
	options := runs.Options{}
	if h.Exists() || len(s.runs.live.ids()) > 0 {
		var err error
		if s.store, err = h.openForReading(ctx); err != nil {
			return nil, err
		}
		options.Store = s.store
	}
	s.runs.Runs = oneRun{runs.New(nil, options)}
	listener := newPipeListener()
	transport := promptTransport{&http.Transport{DialContext: listener.dial}}
	var err error
	if s.Client, err = client.NewWithTransport("http://localhost", "", transport); err != nil {
		return nil, errors.Join(err, s.closeStore())
	}
	serving, stop := context.WithCancel(context.WithoutCancel(ctx))
	s.stop = stop
	api := newServer(s.runs)
	api.Close() // an answer that is not read to its end is not waited for
	go func() { s.served <- api.Serve(serving, listener) }()
	return s, nil
}

// A promptTransport retries at once what the history cannot do now: no server
// recovers meanwhile, and a user waits.
type promptTransport struct{ *http.Transport }

func (t promptTransport) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := t.Transport.RoundTrip(request)
	if err == nil && response.Header.Get("Retry-After") != "" {
		response.Header.Set("Retry-After", "0")
	}
	return response, err
}

// openForReading opens the database. One that cannot be written, such as a
// backup, is opened read-only.
func (h *History) openForReading(ctx context.Context) (*store.Store, error) {
	s, err := h.open(ctx)
	if err == nil {
		return s, nil
	}
	if s, readErr := store.Open(ctx, h.directory, store.Options{ReadOnly: true}); readErr == nil {
		return s, nil
	}
	return nil, err
}

// Close closes the history.
func (s *Service) Close() error {
	s.Client.Close()
	s.stop()
	err := <-s.served
	s.runs.live.close()
	return errors.Join(err, s.closeStore())
}

func (s *Service) closeStore() error {
	if s.store == nil {
		return nil
	}
	return s.store.Close()
}
