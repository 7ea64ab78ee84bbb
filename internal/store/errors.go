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

func adoptedError(id string) error {
	return fmt.Errorf("%w: run %s belongs to another server, which took it over", aurea.ErrConflict, id)
}

// wrapErr adds the failed action to a database error and marks temporary
// failures as aurea.ErrUnavailable. Errors of the domain and of ctx pass
// unchanged.
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
	if reason := s.pending.reason(); reason != "" { // the tables may not exist yet
		return &outage{action, reason, err}
	}
	return fmt.Errorf("store: %s: %w", action, err)
}

// An outage is an aurea.ErrUnavailable of the database. Clients see its text;
// only the log shows the cause, which may contain user names and addresses.
type outage struct {
	action, reason string
	cause          error
}

func (o *outage) Error() string {
	return aurea.ErrUnavailable.Error() + ": cannot " + o.action + ": " + o.reason
}

func (o *outage) Unwrap() []error { return []error{aurea.ErrUnavailable, o.cause} }

// LogValue adds the cause to the text, for the log.
func (o *outage) LogValue() slog.Value { return slog.StringValue(o.Error() + ": " + o.cause.Error()) }

// hasKind reports whether err already is one of the kinds of the domain.
func hasKind(err error) bool {
	for _, known := range []error{
		aurea.ErrInvalid, aurea.ErrNotFound, aurea.ErrConflict, aurea.ErrMismatch, aurea.ErrUnavailable,
		aurea.ErrDamaged,
	} {
		if errors.Is(err, known) {
			return true
		}
	}
	return false
}

// isGone reports whether a run was deleted or has finished meanwhile.
func isGone(err error) bool {
	return errors.Is(err, aurea.ErrNotFound) || errors.Is(err, aurea.ErrConflict)
}
