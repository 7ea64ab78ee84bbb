package live

import (
	"cmp"
	"context"
	"strings"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/format"
)

// controls are those under way: one at a time, and the newest load instead of
// all that a key asked for while it was held down.
type controls struct {
	ctx   context.Context // ends when the view is closed
	apply ControlFunc     // nil before it is known
	busy  bool
	next  *aurea.Control // to send once the one under way is answered
	load  aurea.Control  // the load that was asked for last; zero once an update has it
}

// readKeys handles keys until the keys are closed.
func (v *View) readKeys() {
	defer v.restoreOnPanic()
	for {
		pressed, err := v.keys.Read()
		if err != nil {
			return
		}
		for _, key := range split(pressed) {
			v.press(key)
		}
	}
}

// split divides what a terminal sent into keys. The arrow keys up and down mean
// + and -; other keys that send sequences mean nothing.
func split(sent []byte) (keys []string) {
	text := string(sent)
	for text != "" {
		if rest, ok := strings.CutPrefix(text, "\x1b"); ok {
			end := strings.IndexFunc(strings.TrimLeft(rest, "[O"), func(r rune) bool { return r >= '@' && r <= '~' })
			prefix := len(rest) - len(strings.TrimLeft(rest, "[O"))
			if end < 0 || prefix == 0 {
				return keys
			}
			switch sequence := rest[prefix : prefix+end+1]; sequence {
			case "A":
				keys = append(keys, "+")
			case "B":
				keys = append(keys, "-")
			}
			text = rest[prefix+end+1:]
			continue
		}
		keys = append(keys, text[:1])
		text = text[1:]
	}
	return keys
}

// press does what a key means.
func (v *View) press(key string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.closed {
		return
	}
	switch key {
	case "p", " ":
		kind := aurea.Pause
		if v.state.paused() {
			kind = aurea.Resume
		}
		v.send(aurea.Control{Kind: kind})
	case "+", "=", "-", "_":
		v.changeLoad(key == "+" || key == "=")
	case "q":
		v.state.Ending = true
		v.stops++
		v.options.Stop()
	case "?", "h":
		v.state.Help = !v.state.Help
	default:
		return
	}
	v.wake()
}

// changeLoad asks for the next higher or lower load: of the rate, or without
// one of the jobs in flight.
func (v *View) changeLoad(up bool) {
	so := v.state.soFar()
	plan := aurea.NewPlan(v.state.spec(), 0)
	next := aurea.Control{Kind: aurea.ChangeLoad}
	last := v.controls.load
	if plan.Open() {
		next.Rate = step(cmp.Or(last.Rate, so.Target, v.state.rate, plan.Rate.Peak()), up, false)
	} else {
		next.Concurrency = int64(step(float64(cmp.Or(last.Concurrency, so.Limit, plan.Concurrency)), up, true))
	}
	v.controls.load = next
	v.send(next)
}

// send applies a control once those before it are answered. Of several that
// wait, the last one counts.
func (v *View) send(control aurea.Control) {
	switch {
	case v.state.Run.ID == "" || v.controls.apply == nil:
		v.state.Message = "not yet: the run begins"
	case v.controls.busy:
		v.controls.next = &control
	default:
		v.controls.busy = true
		apply, id := v.controls.apply, v.state.Run.ID
		v.done.Go(func() {
			defer v.restoreOnPanic()
			v.apply(control, func(c aurea.Control) (aurea.Run, error) { return apply(v.controls.ctx, id, c) })
		})
	}
}

// apply applies controls until none waits.
func (v *View) apply(control aurea.Control, apply func(aurea.Control) (aurea.Run, error)) {
	for {
		run, err := apply(control)
		v.mu.Lock()
		v.answer(run, control, err)
		next := v.controls.next
		v.controls.next, v.controls.busy = nil, next != nil
		v.mu.Unlock()
		if next == nil {
			return
		}
		control = *next
	}
}

// answer shows what a control has done. The caller holds the lock.
func (v *View) answer(run aurea.Run, control aurea.Control, err error) {
	if v.closed {
		return
	}
	if v.wake(); err != nil {
		v.state.Message, v.controls.load = format.Sanitize(err.Error()), aurea.Control{}
		return
	}
	v.state.Run.Timeline = run.Timeline
	v.state.Message = ""
	if n := len(run.Timeline); n > 0 && control.Kind == aurea.ChangeLoad {
		v.state.Message = format.Sanitize(run.Timeline[n-1].Detail)
	}
}
