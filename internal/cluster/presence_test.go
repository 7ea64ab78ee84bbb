package cluster

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/aurea-orchestrator/aurea"
)

// newTestRegistry returns a registry of the version of testHello.
func newTestRegistry(conn *Conn) *Registry {
	return NewRegistry(conn, RegistryOptions{Version: "1.2.3", GoArch: "amd64", Log: quiet()})
}

// start runs a function until the test ends, or until stop is called.
func start(t *testing.T, run func(context.Context) error) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() {
		if err := run(ctx); err != nil {
			t.Error(err)
		}
	})
	stop = func() {
		cancel()
		running.Wait()
	}
	t.Cleanup(stop)
	return stop
}

// states returns the states of all workers by id.
func states(r *Registry) map[string]aurea.WorkerState {
	states := map[string]aurea.WorkerState{}
	for _, worker := range r.Workers() {
		states[worker.ID] = worker.State
	}
	return states
}

// A registry sees workers that were there before it, what they do, and that they
// leave.
func TestPresence(t *testing.T) {
	embedded := listen(t, EmbedOptions{})
	worker := connect(t, ConnectOptions{URL: embedded.URL(), ID: "w"})
	announcer := NewAnnouncer(worker, testHello("w"), quiet())
	leave := start(t, announcer.Run)
	registry := newTestRegistry(serverConn(t, embedded))
	start(t, registry.Run)
	waitFor(t, "the worker", func() bool { return states(registry)["w"] == aurea.WorkerIdle })
	if ready := registry.Available(map[string]string{"zone": "a"}); len(ready) != 1 || ready[0].Name != "name-of-w" {
		t.Errorf("ready are %+v, want the worker", ready)
	}
	registry.SetClock("w", Estimate{Offset: time.Second, Bound: time.Millisecond})
	changed := registry.Changed()
	announcer.Set(Running, "x")
	<-changed
	got := registry.Workers()[0]
	if got.State != aurea.WorkerRunning || got.Offset != 1 || got.Bound != 0.001 || got.Cores != 2 || got.Arch != "amd64" {
		t.Errorf("the worker is listed as %+v", got)
	}
	leave()
	waitFor(t, "the goodbye", func() bool { return len(registry.Workers()) == 0 })
	if got := registry.Garbage(); got != 0 {
		t.Errorf("%d hellos were of no use", got)
	}
}

// A worker that is asked answers, each time.
func TestAnnouncerAnswers(t *testing.T) {
	embedded := listen(t, EmbedOptions{})
	server := serverConn(t, embedded)
	hellos := subscribe(t, server, helloSubject("*"))
	start(t, NewAnnouncer(connect(t, ConnectOptions{URL: embedded.URL(), ID: "w"}), testHello("w"), quiet()).Run)
	next(t, hellos) // it listens soon after
	waitFor(t, "an answer", func() bool {
		_ = server.Publish(askSubject, nil)
		_, err := hellos.NextMsg(time.Millisecond)
		return err == nil
	})
	const asked = 20 // in much less time than 20 hellos take
	for range asked {
		if err := server.Publish(askSubject, nil); err != nil {
			t.Fatal(err)
		}
	}
	for range asked {
		next(t, hellos)
	}
}

// A server that starts asks for hellos.
func TestRegistryAsks(t *testing.T) {
	embedded := listen(t, EmbedOptions{})
	asked := subscribe(t, connect(t, ConnectOptions{URL: embedded.URL(), ID: "w"}), askSubject)
	start(t, newTestRegistry(serverConn(t, embedded)).Run)
	next(t, asked)
}

// It asks again when its connection is restored.
func TestRegistryAsksAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		restored, asked := make(chan nats.Status), 0
		var watching sync.WaitGroup
		watching.Go(func() { newTestRegistry(nil).watch(ctx, restored, func() { asked++ }) })
		for n := range 3 {
			synctest.Wait()
			if asked != n+1 {
				t.Errorf("after %d restorations hellos were asked for %d times, want %d", n, asked, n+1)
			}
			restored <- nats.CONNECTED
		}
		cancel()
		watching.Wait()
	})
}

// A worker outlives a restart of its server, and is known to the next one.
func TestPresenceAfterRestart(t *testing.T) {
	address := freeAddress(t)
	first, err := Listen(EmbedOptions{Listen: address, Log: quiet()})
	if err != nil {
		t.Fatal(err)
	}
	start(t, NewAnnouncer(connect(t, ConnectOptions{URL: first.URL(), ID: "w"}), testHello("w"), quiet()).Run)
	first.Close()
	registry := newTestRegistry(serverConn(t, listen(t, EmbedOptions{Listen: address})))
	start(t, registry.Run)
	waitFor(t, "the worker", func() bool { return states(registry)["w"] == aurea.WorkerIdle })
}

// A worker that is refused hears why, once for each reason.
func TestRefusedWorkerHearsWhy(t *testing.T) {
	embedded := listen(t, EmbedOptions{})
	registry := newTestRegistry(serverConn(t, embedded))
	worker := connect(t, ConnectOptions{URL: embedded.URL(), ID: "w"})
	asked := subscribe(t, worker, askSubject)
	start(t, registry.Run)
	next(t, asked) // from now on it listens
	inbox := worker.NewInbox()
	answers := subscribe(t, worker, inbox)
	hello := testHello("w")
	hello.Version = "1.0.0"
	say := func() {
		data, err := Encode(&hello)
		if err == nil {
			err = worker.PublishRequest(helloSubject("w"), inbox, data)
		}
		if err != nil {
			t.Fatal(err)
		}
		hello.Seq++
	}
	waitFor(t, "the refusal", func() bool {
		say()
		_, known := states(registry)["w"]
		return known
	})
	var reply Reply
	if err := Decode(next(t, answers).Data, &reply); err != nil || !strings.HasPrefix(reply.Problem, "it is version 1.0.0") {
		t.Errorf("the worker hears %q, %v", reply.Problem, err)
	}
	say()                         // again, no answer
	hello.GoArch = "riscv64"      // not a reason: the version is one already
	say()                         // no answer
	hello.Protocol = Protocol + 1 // another reason
	say()
	if err := Decode(next(t, answers).Data, &reply); err != nil || !strings.HasPrefix(reply.Problem, "it speaks protocol") {
		t.Errorf("then it hears %q, %v", reply.Problem, err)
	}
}

// What is no hello is counted and changes nothing.
func TestGarbageIsCounted(t *testing.T) {
	r := newTestRegistry(nil)
	changed := r.Changed()
	for n, data := range []string{"", "{", "[]", `{"id":"w"}`, strings.Repeat(" ", maxMessage+1), "\xff"} {
		if reply := r.receive("w", []byte(data), time.Now()); reply != nil {
			t.Errorf("%q is answered with %s", data, reply)
		}
		if got := r.Garbage(); got != int64(n)+1 {
			t.Errorf("after %q %d hellos were of no use, want %d", data, got, n+1)
		}
	}
	select {
	case <-changed:
		t.Error("garbage is a change")
	default:
	}
}

// FuzzReceive takes any message on any subject: it never panics, and only an
// intact hello of the subject's worker is taken.
func FuzzReceive(f *testing.F) {
	hello := testHello("w")
	data, err := Encode(&hello)
	if err != nil {
		f.Fatal(err)
	}
	f.Add("w", data)
	f.Add("other", data)
	f.Add("w", []byte(`{"id":"w","state":"gone","seq":1}`))
	f.Fuzz(func(t *testing.T, id string, data []byte) {
		r := newTestRegistry(nil)
		r.receive(id, data, time.Now())
		workers := r.Workers()
		if len(workers) > 0 && (workers[0].ID != id || r.Garbage() > 0) {
			t.Errorf("the subject of %q lists %+v, with %d of no use", id, workers[0], r.Garbage())
		}
	})
}

// A worker that falls silent is gone after 15 s, and forgotten after a minute.
func TestSilentWorkerExpires(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newTestRegistry(nil)
		ctx, cancel := context.WithCancel(t.Context())
		var watching sync.WaitGroup
		watching.Go(func() { r.watch(ctx, nil, func() {}) })
		hello := testHello("w")
		data, err := Encode(&hello)
		if err != nil {
			t.Fatal(err)
		}
		begin := time.Now()
		r.receive("w", data, begin)
		changed := r.Changed()
		<-changed
		if got := states(r)["w"]; got != aurea.WorkerGone || time.Since(begin) != goneAfter {
			t.Errorf("after %v the worker is %s, want it gone after %v", time.Since(begin), got, goneAfter)
		}
		<-r.Changed()
		if got := len(r.Workers()); got != 0 || time.Since(begin) != forgetAfter {
			t.Errorf("after %v %d workers are listed, want none after %v", time.Since(begin), got, forgetAfter)
		}
		cancel()
		watching.Wait()
	})
}

// A worker says hello at once, every five seconds, at a change and at its end,
// and nothing after that; the hellos are numbered.
func TestAnnouncerRepeats(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		type said struct {
			at    time.Duration
			state State
		}
		var all []said
		a := &Announcer{hello: testHello("w"), log: quiet()}
		a.hello.Seq = 0
		a.publish = func(data []byte) error {
			var hello Hello
			if err := Decode(data, &hello); err != nil {
				t.Error(err)
			}
			all = append(all, said{at: time.Since(begin), state: hello.State})
			if hello.Seq != uint64(len(all)) {
				t.Errorf("hello %d has the number %d", len(all), hello.Seq)
			}
			return errors.New("away") // changes nothing
		}
		ctx, cancel := context.WithCancel(t.Context())
		restored := make(chan nats.Status)
		var running sync.WaitGroup
		running.Go(func() { a.repeat(ctx, restored) })
		time.Sleep(6 * time.Second)
		a.Set(Reserved, "x")
		time.Sleep(time.Second)
		restored <- nats.CONNECTED
		time.Sleep(4 * time.Second)
		cancel()
		running.Wait()
		a.Set(Idle, "")
		want := []said{
			{0, Idle}, {5 * time.Second, Idle}, {6 * time.Second, Reserved}, {7 * time.Second, Reserved},
			{10 * time.Second, Reserved}, {11 * time.Second, Gone},
		}
		if len(all) != len(want) {
			t.Fatalf("said %v, want %v", all, want)
		}
		for n := range want {
			if all[n] != want[n] {
				t.Errorf("hello %d is %v, want %v", n+1, all[n], want[n])
			}
		}
	})
}

// A worker that cannot be described is an error.
func TestAnnouncerRefusesBadHello(t *testing.T) {
	hello := testHello("w")
	hello.Name = strings.Repeat("n", maxText+1)
	embedded := listen(t, EmbedOptions{})
	err := NewAnnouncer(connect(t, ConnectOptions{URL: embedded.URL(), ID: "w"}), hello, quiet()).Run(t.Context())
	if err == nil || !strings.Contains(err.Error(), "describe the worker: name must be at most") {
		t.Errorf("a name that is too long: %v", err)
	}
}
