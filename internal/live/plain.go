package live

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/format"
)

// every is the time between two plain lines, in seconds of the run.
const every = 10

// A plain shows a run as lines of key=value: one at its first interval, then
// one every ten seconds, and one whenever it waits for something else. A run in a
// queue has a line each time that it is shown. Those of scenarios follow the run's.
type plain struct {
	out    io.Writer
	last   float64 // elapsed at the last line; negative before the first
	waits  string
	ended  map[string]bool // scenarios that have had their last line
	queued time.Time       // when the run was shown first, in a queue; zero before that
	state  State
}

func newPlain(out io.Writer) *plain { return &plain{out: out, last: -1, ended: map[string]bool{}} }

func (l *plain) show(run aurea.Run) {
	l.state.Add(run)
	p := run.Progress
	if run.Status == aurea.StatusQueued {
		if l.queued.IsZero() {
			l.queued = time.Now()
		}
		fmt.Fprintln(l.out, queuedLine(run, time.Since(l.queued)))
		return
	}
	if p == nil {
		return
	}
	waits := ""
	if p.Phase == aurea.PhaseWaiting {
		waits = p.Activity
	}
	due := l.last < 0 || int(p.Elapsed/every) > int(l.last/every) || waits != l.waits && waits != ""
	if l.waits = waits; due {
		l.last = p.Elapsed
		fmt.Fprintln(l.out, PlainLine(l.state))
		for _, line := range l.newScenarioLines() {
			fmt.Fprintln(l.out, line)
		}
	}
}

// queuedLine returns the line of a run in a queue. It has waited there for a time
// that is rounded to seconds.
func queuedLine(run aurea.Run, waited time.Duration) string {
	return fmt.Sprintf("elapsed=0s phase=%s queue_position=%d waited=%s",
		run.Status, run.QueuePosition, waited.Round(time.Second))
}

// PlainLine returns the progress of a run as a line of key=value, without
// control characters. Values with spaces are quoted. Rates and times are of the
// last interval.
func PlainLine(s State) string {
	p, so := s.progress(), s.soFar()
	last := Point{}
	if n := len(s.History); n > 0 {
		last = s.History[n-1]
	}
	pairs := []string{"elapsed=" + format.Duration(format.Round(p.Elapsed, 4))}
	add := func(key, value string) { pairs = append(pairs, key+"="+value) }
	add("phase", string(p.Phase))
	add("started", fmt.Sprint(p.Started))
	add("ok", fmt.Sprint(p.OK))
	add("failed", fmt.Sprint(p.Failed))
	if so.Dropped > 0 {
		add("dropped", fmt.Sprint(so.Dropped))
	}
	add("in_flight", fmt.Sprint(p.InFlight))
	add("rate", format.Count(round(last.Rate)))
	if so.Target > 0 {
		add("target", format.Count(round(so.Target)))
	}
	if last.Ended {
		add("p50", format.BriefSampled(true, last.P50))
		add("p99", format.BriefSampled(true, last.P99))
		add("delay_p99", format.BriefSampled(true, last.DelayP99))
	}
	if p.Remaining > 0 {
		add("remaining", format.Brief(p.Remaining))
	}
	if p.Activity != "" {
		add("activity", fmt.Sprintf("%q", format.Sanitize(p.Activity)))
	}
	return strings.Join(pairs, " ")
}
