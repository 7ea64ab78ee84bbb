package compare

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aurea-orchestrator/aurea"
)

// A Warning is something that the reader of a comparison should know beside the
// numbers: a code for programs, a sentence for people and, if it has a name, the
// field, metric or run that it is about.
type Warning struct {
	Code    string `json:"code"`
	About   string `json:"about,omitempty"`
	Message string `json:"message"`
}

func (c *Comparison) warnf(code, about, format string, args ...any) {
	c.Warnings = append(c.Warnings, Warning{code, about, fmt.Sprintf(format, args...)})
}

// usable returns the results of a side that can be compared, each of them once.
// It leaves out results that are incomplete or invalid, with a warning. A result
// that is invalid only because all its jobs failed is usable: that is what it
// measured.
func (c *Comparison) usable(side string, results []*aurea.Result) []*aurea.Result {
	usable := []*aurea.Result{}
	seen := map[string]bool{}
	for _, r := range results {
		switch {
		case r.ID != "" && seen[r.ID]:
			c.warnf("duplicate", r.ID, "%s is in %s more than once, and counts once", r.ID, side)
		case r.Status != aurea.StatusCompleted:
			c.warnf("not_completed", r.ID, "%s of %s is left out: it is %s", r.ID, side, r.Status)
		case r.Validity.State == aurea.Invalid && !onlyFailures(r.Validity):
			c.warnf("invalid", r.ID, "%s of %s is left out, as it is invalid: %s", r.ID, side, reasonCodes(r.Validity))
		default:
			usable = append(usable, r)
		}
		seen[r.ID] = true
	}
	return usable
}

// onlyFailures reports whether a result is invalid only because none of its jobs
// ended ok.
func onlyFailures(v aurea.Validity) bool {
	degraded := func(r aurea.Reason) bool { return r.State == aurea.Degraded }
	serious := slices.DeleteFunc(slices.Clone(v.Reasons), degraded)
	return len(serious) == 1 && serious[0].Code == aurea.NoneOK
}

func reasonCodes(v aurea.Validity) string {
	codes := []string{}
	for _, reason := range v.Reasons {
		codes = append(codes, reason.Code)
	}
	return strings.Join(codes, ", ")
}

// checkComparability adds a warning for everything that makes the two sides less
// comparable: too few runs, degraded runs, runs of one side after those of the
// other, and differences in spec, environment, version, workers and seed.
func (c *Comparison) checkComparability(base, head []*aurea.Result) {
	if intervalRank(len(base), len(head), testLevel) == 0 {
		c.warnf("too_few_runs", "", "%d of base and %d of head are too few runs to tell any difference from chance: "+
			"it takes %d of each", len(base), len(head), FewestRuns)
	}
	c.warnShared()
	c.warnDegraded("base", base)
	c.warnDegraded("head", head)
	if len(base) > 1 && len(head) > 1 && (allBefore(base, head) || allBefore(head, base)) {
		c.warnf("not_interleaved", "", "all runs of one side were over before the first of the other began: "+
			"what changed on the machine in between looks like a difference; run them in turns")
	}
	for _, of := range mustMatch {
		c.warnUnlike(of.code, base, head, of.read)
	}
	c.warnUnlikeSeeds(base, head)
}

// warnShared adds a warning for runs that are on both sides: they make the sides
// alike.
func (c *Comparison) warnShared() {
	shared := slices.DeleteFunc(slices.Clone(c.Base.IDs), func(id string) bool {
		return id == "" || !slices.Contains(c.Head.IDs, id)
	})
	if len(shared) > 0 {
		c.warnf("in_both", shared[0],
			"runs that are in base and in head make the two alike; there are %d, such as %s", len(shared), shared[0])
	}
}

// warnDegraded adds a warning for the degraded runs of a side.
func (c *Comparison) warnDegraded(side string, results []*aurea.Result) {
	codes := map[string]bool{}
	degraded := 0
	for _, r := range results {
		if r.Validity.State != aurea.Degraded {
			continue
		}
		degraded++
		for _, reason := range r.Validity.Reasons {
			codes[reason.Code] = true
		}
	}
	if degraded > 0 {
		c.warnf("degraded", side, "runs of %s that are degraded: %d of %d (%s)",
			side, degraded, len(results), strings.Join(slices.Sorted(maps.Keys(codes)), ", "))
	}
}

// allBefore reports whether all of a had ended when the first of b started.
// Results without an end time are never before others.
func allBefore(a, b []*aurea.Result) bool {
	last := slices.MaxFunc(a, func(x, y *aurea.Result) int { return x.EndTime.Compare(y.EndTime) }).EndTime
	first := slices.MinFunc(b, func(x, y *aurea.Result) int { return x.StartTime.Compare(y.StartTime) }).StartTime
	return !last.IsZero() && !last.After(first)
}
