package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/aurea-orchestrator/aurea"
)

func notFoundError(id string) error {
	return fmt.Errorf("%w: there is no run %s", aurea.ErrNotFound, id)
}

func finishedError(id string) error {
	return fmt.Errorf("%w: run %s has finished and does not change any more", aurea.ErrConflict, id)
}

// told gives an error of the database the words that its reader needs: which
// action failed, and whether it may work later.
func (s *Store) wrapErr(action string, err error) error {
	switch {
	case err == nil, hasKind(err):
		return err
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	}
	if reason := s.dialect.outageReason(err); reason != "" {
		return &outage{action, reason, err}
	}
	if reason := s.pending.reason(); reason != "" { // the database may not even have our tables yet
		return &outage{action, reason, err}
	}
	return fmt.Errorf("store: %s: %w", action, err)
}

// An outage is an aurea.ErrUnavailable of the database. Its text is for everybody;
// the log has the cause too, which may name users and addresses.
type outage struct {
	action, reason string
	cause          error
}

func (o *outage) Error() string {
	return aurea.ErrUnavailable.Error() + ": cannot " + o.action + ": " + o.reason
}

func (o *outage) Unwrap() []error { return []error{aurea.ErrUnavailable, o.cause} }

// LogValue is for the log.
func (o *outage) LogValue() slog.Value { return slog.StringValue(o.Error() + ": " + o.cause.Error()) }

// kind reports whether the error is one of the vocabulary already.
func hasKind(err error) bool {
	for _, known := range []error{aurea.ErrInvalid, aurea.ErrNotFound, aurea.ErrConflict, aurea.ErrMismatch, aurea.ErrUnavailable, aurea.ErrDamaged} {
		if errors.Is(err, known) {
			return true
		}
	}
	return false
}

// gone reports that a run is not there any more, or not as it was.
func isGone(err error) bool {
	return errors.Is(err, aurea.ErrNotFound) || errors.Is(err, aurea.ErrConflict)
}
