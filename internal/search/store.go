package search

import (
	"context"

	"github.com/aurea-orchestrator/aurea"
)

// A Store persists searches. Its methods are safe for concurrent use, and the
// caller owns what they return but for the points, which never change. While
// the database cannot be reached, they return an aurea.ErrUnavailable.
type Store interface {
	// SaveSearch stores the state of a search of this server durably. It forgets
	// the oldest finished searches beyond the newest 100. A search of another
	// server is an aurea.ErrConflict.
	SaveSearch(ctx context.Context, search aurea.Search, owner string) error
	// Search returns a search. An unknown ID is an aurea.ErrNotFound.
	Search(ctx context.Context, id string) (aurea.Search, error)
	// Searches returns all searches, newest first.
	Searches(ctx context.Context) ([]aurea.Search, error)
	// CancelSearch asks the server that executes a search to stop it; see
	// CancelledSearches. A finished search is an aurea.ErrConflict, and an unknown
	// ID an aurea.ErrNotFound.
	CancelSearch(ctx context.Context, id string) error
	// CancelledSearches returns the IDs of the unfinished searches of this server
	// that are to be stopped.
	CancelledSearches(ctx context.Context, owner string) ([]string, error)
}
