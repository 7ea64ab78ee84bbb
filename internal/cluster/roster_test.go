package cluster

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/aurea-orchestrator/aurea"
)

// testHello returns the first hello of an idle worker of this test's version.
func testHello(id string) Hello {
	return Hello{
		ID: id, Name: "name-of-" + id, Host: "host", Labels: map[string]string{"zone": "a"}, Protocol: Protocol,
		Version: "1.2.3", GoArch: "amd64", Weight: 2, State: Idle, Seq: 1,
		Environment: aurea.Environment{Cores: 2, CPU: "a processor"},
	}
}

func newTestRoster() *roster {
	return &roster{version: "1.2.3", goarch: "amd64", workers: map[string]*rosterEntry{}}
}

// mustAdd adds a hello and reports whether it changed the worker.
func mustAdd(t *testing.T, r *roster, hello Hello, now time.Time) bool {
	t.Helper()
	changed, _, err := r.add(hello.ID, hello, now)
	if err != nil {
		t.Fatal(err)
	}
	return changed
}

// A worker changes when it comes, when it does something else and when it goes,
// and not with every hello.
func TestRosterChanges(t *testing.T) {
	r, now := newTestRoster(), time.Unix(1, 0)
	hello := testHello("w")
	for _, step := range []struct {
		what   string
		change func()
		want   bool
		state  aurea.WorkerState // "" if it is not listed
	}{
		{"the first hello", func() {}, true, aurea.WorkerIdle},
		{"the same again", func() {}, false, aurea.WorkerIdle},
		{"reserved", func() { hello.State, hello.Exec = Reserved, "x" }, true, aurea.WorkerReserved},
		{"running", func() { hello.State = Running }, true, aurea.WorkerRunning},
		{"running something else", func() { hello.Exec = "y" }, true, aurea.WorkerRunning},
		{"draining", func() { hello.State, hello.Exec = Draining, "" }, true, aurea.WorkerDraining},
		{"a label", func() { hello.Labels = map[string]string{"zone": "b"} }, true, aurea.WorkerDraining},
		{"another version", func() { hello.Version = "9" }, true, aurea.WorkerRefused},
		{"goodbye", func() { hello.State = Gone }, true, ""},
	} {
		step.change()
		if got := mustAdd(t, r, hello, now); got != step.want {
			t.Errorf("%s: changed is %v, want %v", step.what, got, step.want)
		}
		hello.Seq++
		var state aurea.WorkerState
		for _, worker := range r.list() {
			state = worker.State
		}
		if state != step.state {
			t.Errorf("%s: the state is %q, want %q", step.what, state, step.state)
		}
	}
	if mustAdd(t, r, hello, now) {
		t.Error("the goodbye of a worker that is not known changes something")
	}
}

// A silent worker is gone, then forgotten; a hello brings it back.
func TestRosterExpires(t *testing.T) {
	r, begin := newTestRoster(), time.Unix(1, 0)
	hello := testHello("w")
	mustAdd(t, r, hello, begin)
	for _, step := range []struct {
		after time.Duration
		want  bool
		state aurea.WorkerState
	}{
		{goneAfter - 1, false, aurea.WorkerIdle},
		{goneAfter, true, aurea.WorkerGone},
		{goneAfter + 1, false, aurea.WorkerGone},
		{forgetAfter - 1, false, aurea.WorkerGone},
	} {
		if got := r.expire(begin.Add(step.after)); got != step.want {
			t.Errorf("after %v: changed is %v, want %v", step.after, got, step.want)
		}
		if got := r.list()[0].State; got != step.state {
			t.Errorf("after %v the worker is %s, want %s", step.after, got, step.state)
		}
		if got := len(r.available(nil)); (got == 1) != (step.state == aurea.WorkerIdle) {
			t.Errorf("after %v: %d are ready", step.after, got)
		}
	}
	hello.Seq++
	if !mustAdd(t, r, hello, begin.Add(forgetAfter)) || r.list()[0].State != aurea.WorkerIdle {
		t.Errorf("a hello does not bring the worker back: %+v", r.list())
	}
	if !r.expire(begin.Add(2*forgetAfter)) || len(r.list()) != 0 {
		t.Errorf("the worker is not forgotten: %+v", r.list())
	}
}

// A worker that cannot take part says why, and is never ready.
func TestRosterRefuses(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*Hello)
		want   string
	}{
		"protocol": {func(h *Hello) { h.Protocol, h.Version = 99, "9" },
			fmt.Sprintf("it speaks protocol 99, this server %d;", Protocol)},
		"version":      {func(h *Hello) { h.Version = "1.2.4" }, "it is version 1.2.4, this server 1.2.3;"},
		"architecture": {func(h *Hello) { h.GoArch = "arm64" }, "unlike: it runs on arm64, this server on amd64;"},
	} {
		r, hello := newTestRoster(), testHello("w")
		test.change(&hello)
		_, refused, err := r.add("w", hello, time.Now())
		if err != nil || !strings.HasPrefix(refused, test.want) {
			t.Errorf("%s: refused with %q, %v; want %q", name, refused, err, test.want)
		}
		if worker := r.list()[0]; worker.State != aurea.WorkerRefused || worker.Reason != refused {
			t.Errorf("%s: it is listed as %s, %q", name, worker.State, worker.Reason)
		}
		if ready := r.available(nil); len(ready) > 0 {
			t.Errorf("%s: it is ready: %+v", name, ready)
		}
	}
}

// A hello for another worker, a late one and one of too many change nothing.
func TestRosterErrors(t *testing.T) {
	r, now := newTestRoster(), time.Now()
	if _, _, err := r.add("other", testHello("w"), now); err == nil {
		t.Error("a worker says hello for another one")
	}
	newer := testHello("w")
	newer.Seq, newer.State = 5, Draining
	mustAdd(t, r, newer, now)
	for _, seq := range []uint64{5, 4, 1} {
		late := testHello("w")
		late.Seq, late.State = seq, Gone
		if _, _, err := r.add("w", late, now); err == nil {
			t.Errorf("hello %d is taken after 5", seq)
		}
	}
	if got := r.list(); len(got) != 1 || got[0].State != aurea.WorkerDraining {
		t.Errorf("the late hellos changed the worker: %+v", got)
	}
}

// The number of workers is bounded. A new one takes the place of the one that
// has been silent longest, and has none while no worker is silent.
func TestRosterIsBounded(t *testing.T) {
	r, begin := newTestRoster(), time.Unix(1, 0)
	for n := range maxRoster {
		mustAdd(t, r, testHello(fmt.Sprintf("w%d", n)), begin.Add(time.Duration(n)))
	}
	if _, _, err := r.add("more", testHello("more"), begin); err == nil {
		t.Errorf("there is room for more than %d", maxRoster)
	}
	r.expire(begin.Add(goneAfter + 1)) // the first two are silent
	mustAdd(t, r, testHello("more"), begin.Add(goneAfter+1))
	if len(r.workers) != maxRoster || r.workers["w0"] != nil || r.workers["w1"] == nil {
		t.Errorf("of %d workers, w0 is %v and w1 is %v; want w0 forgotten", len(r.workers), r.workers["w0"], r.workers["w1"])
	}
}

// Available are exactly the workers of this version with the wanted labels that
// are not about to leave, the idle ones first.
func TestRosterAvailable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, now := newTestRoster(), time.Unix(1, 0)
		labels := rapid.MapOf(rapid.SampledFrom([]string{"zone", "kind"}), rapid.SampledFrom([]string{"", "a", "b"}))
		wanted := labels.Draw(t, "wanted")
		want := map[string]bool{}
		for n := range rapid.IntRange(0, 8).Draw(t, "workers") {
			hello := testHello(fmt.Sprintf("w%d", n))
			hello.Labels = labels.Draw(t, "labels")
			hello.State = rapid.SampledFrom([]State{Idle, Reserved, Running, Draining}).Draw(t, "state")
			hello.Version = rapid.SampledFrom([]string{"1.2.3", "2"}).Draw(t, "version")
			if _, _, err := r.add(hello.ID, hello, now); err != nil {
				t.Fatal(err)
			}
			matches := true
			for key, value := range wanted {
				got, has := hello.Labels[key]
				matches = matches && has && got == value
			}
			if matches && hello.State != Draining && hello.Version == "1.2.3" {
				want[hello.ID] = true
			}
		}
		got, busy := map[string]bool{}, 0
		for _, hello := range r.available(wanted) {
			got[hello.ID] = true
			if hello.busy() < busy {
				t.Fatalf("idle worker %s is listed after a busy one", hello.ID)
			}
			busy = hello.busy()
		}
		if !maps.Equal(got, want) {
			t.Fatalf("available are %v, want %v", got, want)
		}
	})
}
