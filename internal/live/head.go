package live

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/format"
)

// head returns the title, the bar and the phase.
func (s *State) head(width int) []Line {
	return []Line{s.title(width), s.bar(width), s.phase()}
}

// title names the run on the left, its load and seed on the right.
func (s *State) title(width int) Line {
	spec := s.spec()
	right := load(spec)
	if seed := s.seed(); seed != "" {
		right += "  seed " + seed
	}
	right = format.Clip(right, width-16)
	room := width - cells(right) - 4
	what, name := workload(spec), format.Sanitize(spec.Name)
	if name == "" {
		name, what = what, ""
	}
	name = format.Clip(name, room)
	if room -= cells(name) + 2; what != "" && room >= 8 {
		what = "  " + format.ClipMiddle(what, room)
	} else {
		what = ""
	}
	gap := width - cells(name) - cells(what) - cells(right) - 2
	return Line{{" " + name, Bold}, {what, Faint}, {strings.Repeat(" ", max(gap, 1)), Plain}, {right, Cyan}}
}

// seed returns the seed of the run; "" before it is known.
func (s *State) seed() string {
	if so := s.progress().SoFar; so != nil {
		return fmt.Sprint(so.Seed)
	}
	if seed := s.spec().Seed; seed != nil {
		return fmt.Sprint(*seed)
	}
	return ""
}

// workload names what the jobs do: the kind, and whom they call.
func workload(spec aurea.Spec) string {
	w := spec.ResolvedWorkload()
	text := w.Kind
	for _, name := range []string{"method", "url", "command", "duration"} {
		if value, ok := w.Parameters[name].(string); ok {
			text += " " + value
		}
	}
	return text
}

// load says in a phrase how much the spec asks for.
func load(spec aurea.Spec) string {
	if n := len(spec.Scenarios); n > 0 {
		return format.NumberOf(n, "scenario")
	}
	var parts []string
	if spec.NumJobs > 0 {
		parts = append(parts, format.NumberOf(int(spec.NumJobs), "job"))
	}
	plan := aurea.NewPlan(spec, 0)
	switch {
	case spec.Replay != nil:
		parts = append(parts, fmt.Sprintf("as recorded, at %s", spec.Replay.SpeedText()))
	case len(spec.Stages) > 0 && plan.Open():
		parts = append(parts, fmt.Sprintf("up to %s/s in %s", format.Count(plan.Rate.Peak()), stages(spec)))
	case len(spec.Stages) > 0:
		parts = append(parts, fmt.Sprintf("up to %d in flight in %s", plan.Concurrency, stages(spec)))
	case plan.Open():
		parts = append(parts, format.Count(spec.Rate)+"/s")
	default:
		parts = append(parts, fmt.Sprintf("%d in flight", plan.Concurrency))
	}
	if spec.Arrival == "poisson" {
		parts[len(parts)-1] += " poisson"
	}
	if spec.Duration > 0 {
		parts = append(parts, "for "+spec.Duration.String())
	}
	return strings.Join(parts, ", ")
}

func stages(spec aurea.Spec) string { return format.NumberOf(len(spec.Stages), "stage") }

// bar shows how much of the run is over.
func (s *State) bar(width int) Line {
	elapsed, remaining := s.elapsed(), s.left(s.progress().Remaining)
	text := clock(elapsed)
	if remaining > 0 {
		text += ", " + clock(math.Ceil(remaining)) + " left"
	}
	room := max(width-cells(text)-4, 0)
	share := 0.0
	if remaining > 0 {
		share = elapsed / (elapsed + remaining)
	} else if p := s.Run.Progress; p != nil && p.Phase != aurea.PhaseWaiting && p.OK+p.Failed > 0 {
		share = 1
	}
	done := min(int(math.Round(share*float64(room))), room)
	return Line{
		{" " + strings.Repeat("━", done), Green}, {strings.Repeat("─", room-done), Faint}, {"  " + text, Plain},
	}
}

// clock formats seconds as 1:05 or 1:02:05.
func clock(seconds float64) string {
	d := time.Duration(seconds) * time.Second
	h, m, s := int(d.Hours()), int(d.Minutes())%60, int(d.Seconds())%60
	if h > 0 {
		return fmt.Sprintf("%d:%02d:%02d", h, m, s)
	}
	return fmt.Sprintf("%d:%02d", m, s)
}

// phase says what the run does, and what the last key has done.
func (s *State) phase() Line {
	style, text := s.phaseText()
	line := Line{{" " + text, style}}
	if s.Message != "" {
		line = append(line, Span{"  " + s.Message, Cyan})
	}
	return line
}

func (s *State) phaseText() (Style, string) {
	p := s.progress()
	switch {
	case s.Run.Status == aurea.StatusQueued:
		return Yellow, queued(s.Run.QueuePosition)
	case s.Ending && p.Phase != aurea.PhaseStopping:
		return Yellow, "stopping"
	case s.paused():
		return Yellow, "paused" + with(p.InFlight)
	case s.Run.Progress == nil:
		return Plain, "starting"
	}
	switch p.Phase {
	case aurea.PhaseWarmup:
		return Yellow, "warm-up: nothing is judged for another " + roughly(s.left(p.PhaseLeft))
	case aurea.PhaseDraining, aurea.PhaseStopping:
		if p.InFlight > 0 {
			return Yellow, fmt.Sprintf("%s: waiting for %s%s", p.Phase, format.NumberOf(int(p.InFlight), "job"), s.upTo())
		}
	case aurea.PhaseRunning:
		if p.Activity == "" {
			return Green, "running"
		}
	}
	if p.Activity == "" {
		return Plain, string(p.Phase)
	}
	return Yellow, format.Sanitize(p.Activity)
}

// upTo says how long the phase can last; "" if that is unknown.
func (s *State) upTo() string {
	if s.progress().PhaseLeft == 0 {
		return ""
	}
	return ", up to " + roughly(s.left(s.progress().PhaseLeft))
}

// roughly formats a time that is left: 57 s, 1m12s.
func roughly(seconds float64) string {
	if whole := math.Ceil(seconds); whole < 100 {
		return fmt.Sprintf("%.0f s", whole)
	}
	return (time.Duration(math.Ceil(seconds)) * time.Second).String()
}

func queued(position int) string {
	if position <= 1 {
		return "queued: next"
	}
	if position == 2 {
		return "queued: 1 run before it"
	}
	return fmt.Sprintf("queued: %d runs before it", position-1)
}

func with(inFlight int64) string {
	if inFlight == 0 {
		return ""
	}
	return fmt.Sprintf(", with %s in flight", format.NumberOf(int(inFlight), "job"))
}
