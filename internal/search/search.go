// Package search finds the highest load at which a spec keeps its objectives.
//
// Its stance: a search is a sequence of ordinary runs, and the decision which one
// is next is a pure function of those before it. bracket.go decides, search.go
// runs, point.go reads what a run says about its load, and manager.go keeps the
// searches of a service. The package executes no job: a Runner does.
package search

import (
	"context"
	"crypto/rand"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// A Runner executes one spec and returns the finished run. When ctx ends, it stops
// the run.
type Runner func(ctx context.Context, spec aurea.Spec) (aurea.Run, error)

// labelKey is the key of the label of a search's runs. Its value is the search's
// id.
const labelKey = "search"

// queueWait is how long a search waits for a place in a full queue before it asks
// again.
const queueWait = time.Second

// Run runs a search until it is over, its time is over, or ctx ends, and returns
// it with its status and outcome. It calls observe, unless that is nil, with the
// search after every run. An error of the runner fails the search; the points so
// far are in it. What it returns and observes has its secrets masked.
func Run(ctx context.Context, s aurea.Search, run Runner, observe func(aurea.Search)) aurea.Search {
	inTime, cancel := context.WithTimeout(ctx, time.Duration(s.Request.MaxTime))
	defer cancel()
	request := s.Request
	s.Request.Spec = request.Spec.Mask()
	loads, rates := request.Range()
	b := newBracket(loads.From, loads.To, request.Precision, !rates)
	for {
		load, ok := b.next()
		if !ok {
			s.Status, s.Outcome = aurea.StatusCompleted, b.outcome()
			break
		}
		point, err := trial(inTime, s, request, load, run)
		if err != nil {
			s.Status, s.Outcome, s.Error = interruption(ctx, request.Spec.Secrets.MaskError(err))
			break
		}
		b.add(load, point.OK)
		s = withPoint(s, point, b)
		if observe != nil {
			observe(s)
		}
	}
	s.Warnings = warnings(s)
	now := time.Now().UTC().Truncate(time.Microsecond)
	s.FinishedAt = &now
	return s
}

// errOutOfTime ends a search whose next run would not end in time.
var errOutOfTime = errors.New("the time of the search is over")

// trial runs the spec of the request, which has its secrets, at one load, after the
// cool-down. The error is errOutOfTime or ctx's if the run does not end in time.
func trial(
	ctx context.Context, s aurea.Search, request aurea.SearchRequest, load float64, run Runner,
) (aurea.SearchPoint, error) {
	if len(s.Points) > 0 {
		sleep(ctx, time.Duration(request.Cooldown))
	}
	spec := request.At(load, len(s.Points))
	spec.Labels = maps.Clone(spec.Labels)
	if spec.Labels == nil {
		spec.Labels = map[string]string{}
	}
	spec.Labels[labelKey] = s.ID
	if end, _ := ctx.Deadline(); time.Until(end) < time.Duration(spec.Duration) {
		return aurea.SearchPoint{}, errOutOfTime
	}
	finished, err := run(ctx, spec)
	for errors.Is(err, aurea.ErrQueueFull) && ctx.Err() == nil {
		sleep(ctx, queueWait)
		finished, err = run(ctx, spec)
	}
	if ctx.Err() != nil {
		return aurea.SearchPoint{}, ctx.Err()
	}
	if err != nil {
		return aurea.SearchPoint{}, err
	}
	return newPoint(request, load, finished)
}

// sleep waits for a time, or until ctx ends.
func sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// withPoint returns the search with another point. It shares no memory with the
// one before.
func withPoint(s aurea.Search, point aurea.SearchPoint, b *bracket) aurea.Search {
	s.Points = append(slices.Clip(s.Points), point)
	s.Limit, s.Failing = nil, nil
	good, bad := b.ends()
	if good > 0 {
		s.Limit = &good
	}
	if bad > 0 {
		s.Failing = &bad
	}
	return s
}

// outcome returns the outcome of a bracket that has no next load.
func (b *bracket) outcome() aurea.SearchOutcome {
	switch good, bad := b.ends(); {
	case good == 0:
		return aurea.NoneHolds
	case bad == 0:
		return aurea.AllHold
	}
	return aurea.LimitFound
}

// interruption returns how a search ends whose trial had an error.
func interruption(ctx context.Context, err error) (aurea.Status, aurea.SearchOutcome, string) {
	switch {
	case ctx.Err() != nil:
		return aurea.StatusCancelled, "", ""
	case errors.Is(err, errOutOfTime), errors.Is(err, context.DeadlineExceeded):
		return aurea.StatusCompleted, aurea.OutOfTime, ""
	}
	return aurea.StatusFailed, "", err.Error()
}

// NewID returns a new id of a search.
func NewID() string { return "search-" + strings.ToLower(rand.Text()) }
