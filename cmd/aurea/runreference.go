package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/client"
	"github.com/aurea-orchestrator/aurea/internal/lazyregexp"
)

const (
	runPrefix = "benchmark-"
	lastRun   = "last"
	// nameReference and a name refer to the newest run of the name.
	nameReference = "name:"
	uuidSize      = 36 // characters of a UUID with its dashes
	timeSize      = 12 // digits of a UUIDv7 that are a time in milliseconds
)

// idStart matches the beginning of the UUID of a run.
var idStart = lazyregexp.New(`^[0-9a-f]{1,8}(-[0-9a-f-]{0,27})?$`)

// The statuses of the runs that last can be, by what a command does with it.
var (
	anyRun      []aurea.Status
	runningRun  = []aurea.Status{aurea.StatusRunning}
	liveRun     = []aurea.Status{aurea.StatusRunning, aurea.StatusQueued}
	finishedRun = finishedStatuses()
)

func finishedStatuses() (finished []aurea.Status) {
	for _, status := range aurea.Statuses() {
		if status.Finished() {
			finished = append(finished, status)
		}
	}
	return finished
}

// findRun returns the id of the run that a reference means: an id, the beginning
// of one, last, or name:NAME; the latter two are the newest run with one of the
// statuses. One that is none of them is not found, and the error says what is.
func findRun(ctx context.Context, service *client.Client, reference string, last []aurea.Status) (string, error) {
	if reference == lastRun {
		return findLast(ctx, service, "", last)
	}
	if name, ok := strings.CutPrefix(reference, nameReference); ok {
		if name == "" {
			return "", usageErrorf("%sNAME needs the name of a run", nameReference)
		}
		return findLast(ctx, service, name, last)
	}
	start := strings.TrimPrefix(reference, runPrefix)
	switch {
	case !idStart().MatchString(start):
		if _, err := service.Get(ctx, reference); errors.Is(err, aurea.ErrNotFound) {
			return "", fmt.Errorf("%w; a run is its id, %s or %sNAME", err, lastRun, nameReference)
		} else if err != nil {
			return "", err
		}
		return reference, nil
	case len(start) == uuidSize:
		return runPrefix + start, nil
	}
	return findByStart(ctx, service, start)
}

// refersToRun reports whether findRun would look for a run.
func refersToRun(reference string) bool {
	start, prefixed := strings.CutPrefix(reference, runPrefix)
	return prefixed || reference == lastRun || strings.HasPrefix(reference, nameReference) ||
		idStart().MatchString(start)
}

// findRuns is findRun for several references.
func findRuns(
	ctx context.Context, service *client.Client, references []string, last []aurea.Status,
) (ids []string, err error) {
	for _, reference := range references {
		id, err := findRun(ctx, service, reference, last)
		if err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// findLast returns the id of the newest run with one of the statuses, and with the
// name unless that is "".
func findLast(ctx context.Context, service *client.Client, name string, statuses []aurea.Status) (string, error) {
	page, err := service.List(ctx, aurea.RunQuery{Name: name, Statuses: statuses, Limit: 1})
	if err != nil {
		return "", err
	}
	if len(page.Runs) > 0 {
		return page.Runs[0].ID, nil
	}
	which := "run"
	if name != "" {
		which = fmt.Sprintf("run named %q", name)
	}
	if len(statuses) > 0 {
		return "", fmt.Errorf("%w: there is no %s that is %s", aurea.ErrNotFound, which, joinStatuses(statuses))
	}
	return "", fmt.Errorf("%w: there is no %s yet", aurea.ErrNotFound, which)
}

// joinStatuses returns statuses as words: running or queued.
func joinStatuses(statuses []aurea.Status) string {
	if len(statuses) == len(finishedRun) {
		return "finished"
	}
	var words []string
	for _, status := range statuses {
		words = append(words, string(status))
	}
	return strings.Join(words, " or ")
}

// findByStart returns the only id that begins with the first characters of a UUID.
// Ids are in the order of their creation, so it asks for the runs of that time
// only.
func findByStart(ctx context.Context, service *client.Client, start string) (string, error) {
	since, until := createdBetween(start)
	query := aurea.RunQuery{Limit: 20, Since: since, Until: until}
	var found []string
	for {
		page, err := service.List(ctx, query)
		if err != nil {
			return "", err
		}
		for _, run := range page.Runs {
			if strings.HasPrefix(run.ID, runPrefix+start) {
				found = append(found, run.ID)
			}
		}
		if query.Cursor = page.NextCursor; query.Cursor == "" || len(found) > 1 {
			break
		}
	}
	switch len(found) {
	case 0:
		return "", fmt.Errorf("%w: there is no run whose id begins with %s", aurea.ErrNotFound, runPrefix+start)
	case 1:
		return found[0], nil
	}
	return "", usageErrorf("%s is the beginning of several ids, such as %s and %s; give more of it",
		runPrefix+start, found[0], found[1])
}

// maxMillis is the year 9000: timestamps of the API have four digits of the year.
const maxMillis = 221_845_392_000_000

// clockMargin is more than there is between the time in the id of a run and the
// time at which it was created.
const clockMargin = time.Minute

// createdBetween returns when runs were created whose UUIDs, of version 7, begin
// with the given characters.
func createdBetween(start string) (since, until time.Time) {
	digits := strings.ReplaceAll(start, "-", "")
	digits = digits[:min(len(digits), timeSize)]
	bits := 4 * (timeSize - len(digits))
	first, _ := strconv.ParseInt(digits, 16, 64) // it is hexadecimal, of 48 bits at most
	since = time.UnixMilli(min(first<<bits, maxMillis))
	until = time.UnixMilli(min((first+1)<<bits, maxMillis))
	return since.Add(-clockMargin), until.Add(clockMargin)
}
