package compare

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aurea-orchestrator/aurea"
)

// A Warning is something that the reader of a comparison should know beside the
// numbers: a code for programs, a sentence for people, and what it is about, where
// that has a name: a field, a metric, a run.
type Warning struct {
	Code    string `json:"code"`
	About   string `json:"about,omitempty"`
	Message string `json:"message"`
}

func (c *Comparison) add(code, about, format string, args ...any) {
	c.Warnings = append(c.Warnings, Warning{code, about, fmt.Sprintf(format, args...)})
}

// believed are the results of a side that may be compared: each once, completed,
// and not invalid, unless only because all its jobs failed: that is what it tells.
func (c *Comparison) believed(side string, results []*aurea.Result) []*aurea.Result {
	believed := []*aurea.Result{}
	seen := map[string]bool{}
	for _, r := range results {
		switch {
		case r.ID != "" && seen[r.ID]:
			c.add("duplicate", r.ID, "%s is in %s more than once, and counts once", r.ID, side)
		case r.Status != aurea.StatusCompleted:
			c.add("not_completed", r.ID, "%s of %s is left out: it is %s", r.ID, side, r.Status)
		case r.Validity.State == aurea.Invalid && !onlyFailures(r.Validity):
			c.add("invalid", r.ID, "%s of %s is left out, as it is invalid: %s", r.ID, side, why(r.Validity))
		default:
			believed = append(believed, r)
		}
		seen[r.ID] = true
	}
	return believed
}

// onlyFailures reports whether nothing makes a result invalid but that none of
// its jobs ended ok.
func onlyFailures(v aurea.Validity) bool {
	grave := slices.DeleteFunc(slices.Clone(v.Reasons), func(r aurea.Reason) bool { return r.State == aurea.Degraded })
	return len(grave) == 1 && grave[0].Code == aurea.NoneOK
}

// why are the codes of the reasons.
func why(v aurea.Validity) string {
	codes := []string{}
	for _, reason := range v.Reasons {
		codes = append(codes, reason.Code)
	}
	return strings.Join(codes, ", ")
}

// warn says what stands between the numbers and what they are taken for.
func (c *Comparison) warn(base, head []*aurea.Result) {
	if intervalRank(len(base), len(head)) == 0 {
		c.add("too_few_runs", "", "%d of base and %d of head are too few runs to tell any difference from chance: it takes 4 of each", len(base), len(head))
	}
	c.warnOfShared()
	c.warnOfDegraded("base", base)
	c.warnOfDegraded("head", head)
	if len(base) > 1 && len(head) > 1 && (precede(base, head) || precede(head, base)) {
		c.add("not_interleaved", "", "all runs of one side were over before the first of the other began: what changed on the machine in between looks like a difference; run them in turns")
	}
	c.warnOfUnlike("unlike_spec", base, head, func(r *aurea.Result) any { return comparableSpec(r) })
	c.warnOfUnlike("unlike_environment", base, head, func(r *aurea.Result) any { return comparableEnv(r.Environment) })
	c.warnOfUnlike("unlike_version", base, head, func(r *aurea.Result) any { return map[string]string{"version": r.Environment.Version} })
	c.warnOfSeeds(base, head)
}

// warnOfShared tells of runs on both sides: what is compared with itself is alike
// by necessity.
func (c *Comparison) warnOfShared() {
	shared := slices.DeleteFunc(slices.Clone(c.Base.IDs), func(id string) bool { return id == "" || !slices.Contains(c.Head.IDs, id) })
	if len(shared) > 0 {
		c.add("in_both", shared[0], "runs that are in base and in head make the two alike; there are %d, such as %s", len(shared), shared[0])
	}
}

func (c *Comparison) warnOfDegraded(side string, results []*aurea.Result) {
	why := map[string]bool{}
	degraded := 0
	for _, r := range results {
		if r.Validity.State != aurea.Degraded {
			continue
		}
		degraded++
		for _, reason := range r.Validity.Reasons {
			why[reason.Code] = true
		}
	}
	if degraded > 0 {
		c.add("degraded", side, "runs of %s that are degraded: %d of %d (%s)", side, degraded, len(results), strings.Join(slices.Sorted(maps.Keys(why)), ", "))
	}
}

// precede reports whether all of these results had ended when the first of those
// began.
func precede(these, those []*aurea.Result) bool {
	last := slices.MaxFunc(these, func(a, b *aurea.Result) int { return a.EndTime.Compare(b.EndTime) }).EndTime
	first := slices.MinFunc(those, func(a, b *aurea.Result) int { return a.StartTime.Compare(b.StartTime) }).StartTime
	return !last.IsZero() && !last.After(first)
}
