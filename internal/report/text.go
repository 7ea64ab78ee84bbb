package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/hist"
	"github.com/aurea-orchestrator/aurea/internal/format"
)

// Text writes a result for a terminal: it fits a screen, and what is worst
// comes first.
func Text(run aurea.Run, o Options, w io.Writer) error {
	t := textReport{screen: newScreen(o), run: run, r: run.Result, o: o}
	for _, section := range []func(){
		t.verdict, t.load, t.scenarios, t.latency, t.histogram, t.course, t.statuses, t.parts, t.phases, t.counters,
		t.workers, t.sample, t.thresholds, t.doubts, t.identity,
	} {
		section()
	}
	_, err := io.WriteString(w, t.String())
	return err
}

// A textReport writes a result to a screen, section by section. A section
// without content writes nothing.
type textReport struct {
	*screen
	run aurea.Run
	r   *aurea.Result
	o   Options
}

// verdict writes the headline.
func (t textReport) verdict() {
	h := newHeadline(t.r).sanitized()
	word := h.Word + "  "
	for i, line := range format.Wrap(h.Sentence, t.width-len(word)) {
		if i > 0 {
			t.line(strings.Repeat(" ", len(word)) + line)
			continue
		}
		t.line(t.paint(h.Word, h.Mood, strong) + "  " + t.paint(line, strong))
	}
	t.gap()
}

// load writes what the run did: its jobs, its errors, its rate.
func (t textReport) load() {
	r := t.r
	t.row("jobs", jobsInWords(r.Counts), countsMood(r.Counts)...)
	t.errors()
	t.row("rate", rateInWords(r))
	t.row("in flight", formatInFlight(r.InFlight))
	if w := r.Warmup; w != nil {
		t.row("warm-up", fmt.Sprintf("%s before that, not judged; %s", format.Duration(w.Duration), jobsInWords(w.Counts)))
	}
	if r.Workers != nil {
		t.row("workers", formatWorkers(r.Workers))
	}
}

// maxErrors limits the classes of errors in a text that is not verbose.
const maxErrors = 5

// errors writes the classes of errors, the most frequent first.
func (t textReport) errors() {
	classes := errorsByCount(t.r.Errors)
	for i, class := range classes {
		if i == maxErrors && !t.o.Verbose {
			t.row("", format.NumberOf(len(classes)-i, "more kind")+" of error; -v shows them")
			return
		}
		example := ""
		if class.Sample != "" {
			example = ": " + format.Clip(class.Sample, 120)
		}
		t.row("", fmt.Sprintf("%d × %s%s", class.Count, class.Class, example), bad)
	}
}

// latency writes the distributions of times. Delay is noise as long as it is a
// hundredth of the latency; then service time is the same as latency.
func (t textReport) latency() {
	r := t.r
	table := timesTable(r, t.o.Verbose || r.Delay.P99 > noise*r.Latency.P50)
	t.gap()
	t.grid(table)
}

// noise is the share of a whole below which a part of it is noise.
const noise = 0.01

// summaryHeader is the header of a table of distributions.
var summaryHeader = []string{"", "min", "mean", "p50", "p90", "p95", "p99", "p99.9", "max"}

// addBrief adds a distribution as a row, in three digits.
func (t *table) addBrief(name string, s aurea.Summary) {
	row := []string{name}
	for _, seconds := range []float64{s.Min, s.Mean, s.P50, s.P90, s.P95, s.P99, s.P999, s.Max} {
		row = append(row, format.BriefSampled(s.Count > 0, seconds))
	}
	t.Rows = append(t.Rows, row)
}

// The histogram has at most maxBars rows. The shape of fewer samples than
// minBarSamples is noise.
const (
	maxBars       = 8
	minBarSamples = 20
)

// histogram writes the latency in buckets whose limits rise by a ratio.
func (t textReport) histogram() {
	h := latencyOf(t.run)
	buckets := h.Spread(maxBars)
	if len(buckets) < 2 || h.Count() < minBarSamples && !t.o.Verbose {
		return
	}
	t.gap()
	most := slices.MaxFunc(buckets, func(a, b hist.Bucket) int { return cmp.Compare(a.Count, b.Count) }).Count
	digits := len(strconv.FormatInt(most, 10))
	width := t.width - nameWidth - digits - len("  100%") - 2
	for _, bucket := range buckets {
		share := float64(bucket.Count) / float64(h.Count())
		bars := format.Bar(float64(bucket.Count)/float64(most), width)
		limit := format.PadLeft("≤ "+format.BriefSampled(true, bucket.UpTo.Seconds()), nameWidth-2)
		t.line(t.paint(format.Pad(limit, nameWidth), faint) +
			t.paint(format.Pad(bars, width), accent) + fmt.Sprintf("  %*d  %s", digits, bucket.Count, formatShare(share)))
	}
}

// statuses writes the HTTP responses by status in one row, below the course.
func (t textReport) statuses() {
	if len(t.r.Statuses) == 0 {
		return
	}
	var list []string
	for _, status := range t.r.Statuses {
		list = append(list, fmt.Sprintf("%s × %d", status.Name, status.Value))
	}
	if len(t.r.Series) < minCourse {
		t.gap()
	}
	t.row("statuses", strings.Join(list, ", "))
}

// thresholds writes every threshold, those that failed first.
func (t textReport) thresholds() {
	checks := allChecks(t.r)
	if len(checks) == 0 {
		return
	}
	t.gap()
	width := 0
	for _, check := range checks {
		width = max(width, utf8.RuneCountInString(format.Sanitize(check.text())))
	}
	width = min(width, t.width/2)
	for _, check := range worstFirst(checks) {
		state := thresholdState(check.ThresholdCheck)
		t.line(t.paint(format.Pad(state, nameWidth), stateMoods[state]) +
			format.Pad(format.Clip(check.text(), width), width) + "   " +
			t.paint(format.Sanitize(formatThresholdValue(check.ThresholdCheck, t.r.Cost.Currency)), stateMoods[state]))
	}
}

// stateMoods are the moods of the states of thresholds.
var stateMoods = map[string]mood{"FAIL": bad, "no data": doubtful, "pass": good}

// doubts writes why the numbers may be wrong, and what to do about it.
func (t textReport) doubts() {
	for i, d := range newDoubts(t.r) {
		if i == 0 {
			t.gap()
		}
		mood := doubtful
		if d.State == string(aurea.Invalid) {
			mood = bad
		}
		t.row(d.State, d.Message, mood)
		if d.Advice != "" {
			t.row("", "→ "+d.Advice)
		}
	}
}

// identity writes which run it was, what it was before, and how to do it again.
func (t textReport) identity() {
	r := t.r
	t.gap()
	t.row("cost", formatCost(r))
	t.row("run", r.ID+format.Name(r.Name)+when(r.StartTime))
	if t.o.Previous != nil {
		t.row("before", beside(r, t.o.Previous))
	}
	for i, line := range again(r, t.width-nameWidth) {
		name := "again"
		if i > 0 {
			name = ""
		}
		t.line(t.paint(format.Pad(name, nameWidth), faint) + line)
	}
}

// when returns the time of a run to follow its id; "" if it is unknown.
func when(start time.Time) string {
	if start.IsZero() {
		return ""
	}
	return ", " + start.UTC().Format("2006-01-02 15:04 MST")
}
