package live

import (
	"context"
	"errors"
	"io"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
)

// Keys that send sequences are one key each: the arrows up and down, or none.
func TestSplit(t *testing.T) {
	for sent, want := range map[string][]string{
		"":                      nil,
		"p":                     {"p"},
		"++-q":                  {"+", "+", "-", "q"},
		"\x1b[A\x1b[B":          {"+", "-"},
		"\x1bOA":                {"+"},
		"\x1b[1;5Cp\x1b[3~?":    {"p", "?"},
		"\x1b":                  nil,
		"\x1b[":                 nil,
		"\x1b[200~pasted\x1b[2": {"p", "a", "s", "t", "e", "d"},
	} {
		if diff := cmp.Diff(want, split([]byte(sent))); diff != "" {
			t.Errorf("%q (-want +got):\n%s", sent, diff)
		}
	}
}

// pressed is a view without a terminal of a running run, whose controls arrive
// at a channel and are answered from another.
func pressed(t *testing.T, spec string) (v *View, sent chan aurea.Control, answers chan error) {
	v = Open(Options{Out: io.Discard, Stop: func() {}})
	t.Cleanup(v.Close)
	sent, answers = make(chan aurea.Control), make(chan error)
	v.ControlBy(func(_ context.Context, _ string, c aurea.Control) (aurea.Run, error) {
		sent <- c
		return aurea.Run{Timeline: []aurea.RunEvent{{Kind: c.Kind, Detail: "done"}}}, <-answers
	})
	running := &aurea.RunProgress{Elapsed: 1, Phase: aurea.PhaseRunning}
	v.Show(aurea.Run{ID: "benchmark-1", Spec: decode(t, spec), Progress: running})
	return v, sent, answers
}

// message returns what the view says about the last key.
func (v *View) message() string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.state.Message
}

// A key that is held down while a control is under way sends one more: the last
// load that was asked for.
func TestHeldKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, sent, answers := pressed(t, `{"rate": 100, "duration": "1m"}`)
		for range 4 {
			v.press("+")
		}
		if diff := cmp.Diff(aurea.Control{Kind: aurea.ChangeLoad, Rate: 110}, <-sent); diff != "" {
			t.Errorf("the first control (-want +got):\n%s", diff)
		}
		answers <- nil
		if diff := cmp.Diff(aurea.Control{Kind: aurea.ChangeLoad, Rate: 140}, <-sent); diff != "" {
			t.Errorf("the second control (-want +got):\n%s", diff)
		}
		answers <- nil
		synctest.Wait()
		if got := v.message(); got != "done" {
			t.Errorf("the view says %q", got)
		}
	})
}

// Without a rate the keys change the jobs in flight. What a control could not
// do is said, and the next key begins where the run is.
func TestRefusedControl(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, sent, answers := pressed(t, `{"concurrency": 4, "duration": "1m"}`)
		for range 2 {
			v.press("-")
			if diff := cmp.Diff(aurea.Control{Kind: aurea.ChangeLoad, Concurrency: 3}, <-sent); diff != "" {
				t.Errorf("the control (-want +got):\n%s", diff)
			}
			answers <- errors.New("too\x1b late")
			synctest.Wait()
			if got := v.message(); got != `too\x1b late` {
				t.Errorf("the view says %q", got)
			}
		}
	})
}

// p pauses, and resumes what a control has paused.
func TestPauseKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, sent, answers := pressed(t, `{"concurrency": 4, "duration": "1m"}`)
		for _, want := range []string{aurea.Pause, aurea.Resume, aurea.Pause} {
			v.press("p")
			if got := <-sent; got.Kind != want {
				t.Errorf("p sends %s, want %s", got.Kind, want)
			}
			answers <- nil
			synctest.Wait()
		}
	})
}
