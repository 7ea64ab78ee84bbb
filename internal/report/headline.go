package report

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/format"
)

// A mood says how good a word is, for its colour.
type mood string

const (
	good     mood = "good"
	doubtful mood = "doubtful"
	bad      mood = "bad"
)

// A headline is the outcome of a run in one word and one sentence. The sentence
// names the threshold that failed, and its value.
type headline struct {
	Word     string
	Sentence string
	Mood     mood
}

// newHeadline returns the headline of a result. What kept the run from its end
// comes first, then what failed, then what is missing or not to be trusted: the
// order of the command's exit codes.
func newHeadline(r *aurea.Result) headline {
	switch {
	case r.Status == aurea.StatusFailed:
		return headline{"FAILED", cmp.Or(r.Failure(), "the run could not be executed to its end"), bad}
	case r.Status != aurea.StatusCompleted:
		return headline{
			strings.ToUpper(string(r.Status)), "the run ended early; these are the jobs that had ended by then", doubtful,
		}
	case r.Verdict == aurea.VerdictFail:
		return headline{"FAIL", failedSentence(r), bad}
	case r.Verdict == aurea.VerdictNoData:
		return headline{"NO DATA", noDataSentence(r), doubtful}
	case r.Validity.State == aurea.Invalid:
		return headline{"INVALID", firstDoubt(r.Validity), bad}
	}
	h := headline{"DONE", fmt.Sprintf("%s ended ok", format.NumberOf(int(r.Counts.OK), "job")), good}
	if r.Verdict == aurea.VerdictPass {
		h = headline{"PASS", passedSentence(r), good}
	}
	if r.Validity.State == aurea.Degraded {
		h.Sentence += "; but the numbers are in doubt"
		h.Mood = doubtful
	}
	return h
}

func (h headline) sanitized() headline {
	h.Sentence = format.Sanitize(h.Sentence)
	return h
}

// failedSentence names the first threshold that failed, and counts the others.
func failedSentence(r *aurea.Result) string {
	failed := checksThat(r, func(c aurea.ThresholdCheck) bool { return !c.OK && !c.NoData })
	if len(failed) == 0 {
		return "a threshold failed"
	}
	value := formatThresholdValue(failed[0].ThresholdCheck, r.Cost.Currency)
	text := fmt.Sprintf("%s does not hold: it is %s", failed[0].text(), value)
	return text + andMore(len(failed)-1, "threshold", "fail")
}

func noDataSentence(r *aurea.Result) string {
	missing := checksThat(r, func(c aurea.ThresholdCheck) bool { return c.NoData })
	if len(missing) == 0 {
		return "there is no data to judge the thresholds by"
	}
	return "there is no data for " + missing[0].text() + andMore(len(missing)-1, "threshold", "lack")
}

func passedSentence(r *aurea.Result) string {
	checks := allChecks(r)
	if len(checks) != 1 {
		return fmt.Sprintf("all %d thresholds hold", len(checks))
	}
	only := checks[0]
	return fmt.Sprintf("%s holds: it is %s", only.text(), formatThresholdValue(only.ThresholdCheck, r.Cost.Currency))
}

// andMore ends a sentence with the number of other things that do the same.
func andMore(n int, thing, do string) string {
	switch n {
	case 0:
		return ""
	case 1:
		return fmt.Sprintf("; 1 more %s %ss", thing, do)
	}
	return fmt.Sprintf("; %d more %ss %s", n, thing, do)
}

// firstDoubt returns the message of the reason that makes the result invalid.
func firstDoubt(v aurea.Validity) string {
	for _, reason := range v.Reasons {
		if reason.State == v.State {
			return reason.Message
		}
	}
	return "the numbers cannot be trusted"
}
