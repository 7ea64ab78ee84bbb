package cluster

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/lazyregexp"
)

// token matches an identifier that can be part of a subject.
var token = lazyregexp.New(`^[a-zA-Z0-9_-]{1,64}$`)

func checkToken(what, id string) error {
	if !token().MatchString(id) {
		return fmt.Errorf("%s must be 1 to 64 letters, digits, - or _; got %q", what, clip(id))
	}
	return nil
}

// CheckText checks a text of a worker that is shown to people, such as its name.
// The error begins with what the text is.
func CheckText(what, text string) error {
	if len(text) > maxText || !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl) {
		return fmt.Errorf("%s must be at most %d bytes of text, without control characters; got %q",
			what, maxText, clip(text))
	}
	return nil
}

// clip returns a text that CheckText accepts: as much of the beginning as fits,
// with spaces for control characters.
func clip(text string) string { return clipTo(maxText, text) }

// clipTo is clip for another number of bytes.
func clipTo(most int, text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r // of an invalid byte it is U+FFFD
	}, text)
	if len(text) <= most {
		return text
	}
	end := most - len("…")
	for !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + "…"
}

func (h *Hello) check() error {
	if err := errors.Join(checkToken("id", h.ID), CheckText("name", h.Name), CheckText("host", h.Host),
		CheckText("boot", h.Boot), CheckText("version", h.Version), CheckText("goarch", h.GoArch)); err != nil {
		return err
	}
	if h.Weight < 1 || h.Weight > maxWeight {
		return fmt.Errorf("weight must be from 1 to %d; got %d", maxWeight, h.Weight)
	}
	if len(h.Labels) > MaxLabels {
		return fmt.Errorf("a worker has at most %d labels; got %d", MaxLabels, len(h.Labels))
	}
	for key, value := range h.Labels {
		if err := errors.Join(CheckText("a label", key), CheckText("label "+clip(key), value)); err != nil {
			return err
		}
	}
	switch h.State {
	case Idle, Draining, Gone:
		if h.Exec == "" {
			return nil
		}
	case Reserved, Running:
	default:
		return fmt.Errorf("state must be idle, reserved, running, draining or gone; got %q", clip(string(h.State)))
	}
	return checkToken("exec", h.Exec)
}

func (p *Prepare) check() error {
	if err := checkToken("exec", p.Exec); err != nil {
		return err
	}
	if len(p.Weights) > maxWorkers || p.Shard < 0 || p.Shard >= len(p.Weights) {
		return fmt.Errorf("shard must be one of the 1 to %d weights; got %d of %d", maxWorkers, p.Shard, len(p.Weights))
	}
	for _, w := range p.Weights {
		if w < 1 || w > maxWeight {
			return fmt.Errorf("a weight must be from 1 to %d; got %d", maxWeight, w)
		}
	}
	return checkPlan(&p.Plan)
}

// checkPlan checks what the functions of a plan rely on. Whether the plan makes
// sense is decided by the worker that resolves its workload.
func checkPlan(p *aurea.Plan) error {
	switch {
	case p.Jobs < 0 || p.Jobs > aurea.Unbounded:
		return fmt.Errorf("plan.jobs must be from 0 to %d; got %d", aurea.Unbounded, p.Jobs)
	case p.Concurrency < 0 || p.Concurrency > aurea.Unbounded || p.Concurrency == 0 && p.Jobs > 0:
		return fmt.Errorf("plan.concurrency must be from 1 to %d; got %d", aurea.Unbounded, p.Concurrency)
	case p.Deal.Of != 0 && p.Deal.Slots != p.Concurrency:
		return fmt.Errorf("plan.concurrency must be the %d slots of plan.deal; got %d", p.Deal.Slots, p.Concurrency)
	case p.End <= 0:
		return fmt.Errorf("plan.end must be above 0; got %s", p.End)
	case p.Spec.Warmup < 0 || p.Spec.Warmup > aurea.Duration(aurea.MaxRunDuration):
		return fmt.Errorf("plan.spec.warmup must be up to %s; got %s", aurea.MaxRunDuration, p.Spec.Warmup)
	case p.Rate != nil && p.Level != nil:
		return errors.New("plan must have a rate or a level, not both")
	case p.Jobs == aurea.Unbounded && p.End == aurea.Forever:
		return errors.New("plan must have an end or a number of jobs")
	}
	return errors.Join(p.Deal.Check(), checkProfile("plan.rate", p.Rate), checkProfile("plan.level", p.Level))
}

func checkProfile(what string, p aurea.Profile) error {
	if len(p) > maxRamps {
		return fmt.Errorf("%s must have at most %d ramps; got %d", what, maxRamps, len(p))
	}
	for _, ramp := range p {
		for _, v := range []float64{ramp.From, ramp.To, ramp.Duration} {
			if !(v >= 0 && v <= math.MaxInt32) {
				return fmt.Errorf("%s must have levels and durations of a run; got %v", what, v)
			}
		}
	}
	return nil
}

func (r *Reply) check() error { return CheckText("problem", r.Problem) }

func (c *ClockAsk) check() error {
	if c.Told != nil && c.Told.Bound < 0 {
		return fmt.Errorf("told.bound must not be negative; got %s", c.Told.Bound)
	}
	return checkToken("exec", c.Exec)
}

func (c *ClockReply) check() error { return nil }

func (o *Order) check() error {
	if err := checkToken("exec", o.Exec); err != nil {
		return err
	}
	if o.Seq < 1 {
		return errors.New("seq must be at least 1")
	}
	switch {
	case (o.Kind == OrderControl) != (o.Control != nil):
		return errors.New("control must be given for the order of that kind, and for no other")
	case o.Kind == OrderStart && (o.Lease <= 0 || o.Lease > maxLease):
		return fmt.Errorf("lease must be above 0 and up to %s; got %s", maxLease, o.Lease)
	case o.Kind == OrderControl:
		return checkControl(o.Control)
	case o.Kind != OrderStart && o.Kind != OrderStop && o.Kind != OrderDiscard:
		return fmt.Errorf("kind must be start, stop, discard or control; got %q", clip(o.Kind))
	}
	return nil
}

// checkControl checks the numbers. Whether the control fits the run is decided
// by the run's live plan.
func checkControl(c *aurea.Control) error {
	if c.Kind != aurea.Pause && c.Kind != aurea.Resume && c.Kind != aurea.ChangeLoad {
		return fmt.Errorf("control.kind must be pause, resume or load; got %q", clip(c.Kind))
	}
	if !(c.Rate >= 0 && c.Rate <= math.MaxInt32) || c.Concurrency < 0 || c.Concurrency > aurea.MaxJobs {
		return fmt.Errorf("control must have a load of a run; got rate %v and concurrency %d", c.Rate, c.Concurrency)
	}
	return nil
}

func (a *RecordsAsk) check() error {
	if a.From < 0 {
		return fmt.Errorf("from must not be negative; got %d", a.From)
	}
	return checkToken("exec", a.Exec)
}

func (a *Ack) check() error {
	if a.Pace < 0 || a.Pace > maxLease || a.Lease < 0 || a.Lease > maxLease {
		return fmt.Errorf("pace and lease must be from 0 to %s; got %s and %s", maxLease, a.Pace, a.Lease)
	}
	return CheckText("refused", a.Refused)
}
