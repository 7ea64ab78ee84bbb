package trials

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/aurea-orchestrator/aurea/internal/platform"
)

// A System is a program under test that is started for a run and killed after
// it.
type System struct {
	Command string // of sh
	// Target is where the system listens: a URL that answers with a status below
	// 500 once the system is ready, or HOST:PORT that accepts connections.
	Target  string
	Timeout time.Duration // of becoming ready, and of releasing Target after the end
}

// pollEvery is how often the target of a system is asked.
const pollEvery = 20 * time.Millisecond

// outputGrace is how long a process outside the group may keep the output open.
const outputGrace = time.Second

// Start starts the command in a process group of its own, and returns once the
// target is ready. Stop kills the group and waits until the target is free.
//
// The error says what the program printed last. It is also an error if something
// else is at the target: it would be measured instead.
func (s System) Start(ctx context.Context) (stop func() error, err error) {
	if s.reachable(ctx) {
		return nil, fmt.Errorf("something listens at %s before %q is started, and would be measured instead: "+
			"stop it first", s.Target, s.Command)
	}
	ctx, kill := context.WithCancel(ctx)
	program := execution{ended: make(chan struct{}), output: &tail{}}
	go func() {
		defer close(program.ended)
		program.err = s.execute(ctx, program.output)
	}()
	end := func() {
		kill()
		<-program.ended
	}
	if err := s.awaitReady(ctx, &program); err != nil {
		end()
		return nil, err
	}
	return func() error {
		end()
		return s.awaitFree()
	}, nil
}

// An execution is a program that was started.
type execution struct {
	ended  chan struct{} // closed at its end
	err    error         // how it ended, after ended is closed
	output *tail
}

// execute runs the command to its end. It locks its goroutine to a thread, as
// platform.StartGroup requires.
func (s System) execute(ctx context.Context, output *tail) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	command := exec.CommandContext(ctx, "sh", "-c", s.Command)
	command.Stdout, command.Stderr = output, output
	command.WaitDelay = outputGrace
	group, err := platform.StartGroup(command)
	if err != nil {
		return fmt.Errorf("cannot start %q: %w", s.Command, err)
	}
	return group.Wait()
}

// awaitReady waits until the target is ready. If the program ends before, the
// error says how.
func (s System) awaitReady(ctx context.Context, program *execution) error {
	late := time.NewTimer(s.Timeout)
	defer late.Stop()
	for {
		select {
		case <-program.ended:
			if ctx.Err() != nil {
				return ctx.Err()
			}
			err := cmp.Or(program.err, errors.New("exit status 0"))
			return fmt.Errorf("%q ended before it was ready at %s: %w%s", s.Command, s.Target, err, program.output)
		case <-late.C:
			return fmt.Errorf("%q is not ready at %s after %s%s", s.Command, s.Target, s.Timeout, program.output)
		case <-time.After(pollEvery):
			if s.ready(ctx) {
				return nil
			}
		}
	}
}

// awaitFree waits until nothing is at the target any more.
func (s System) awaitFree() error {
	ctx, cancel := context.WithTimeout(context.Background(), s.Timeout)
	defer cancel()
	for s.reachable(ctx) {
		select {
		case <-ctx.Done():
			return fmt.Errorf("something still listens at %s after %q was killed: does it start a process outside "+
				"its group?", s.Target, s.Command)
		case <-time.After(pollEvery):
		}
	}
	return nil
}

// ready reports whether the system does its work.
func (s System) ready(ctx context.Context) bool {
	if !strings.Contains(s.Target, "://") {
		return s.reachable(ctx)
	}
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.Target, nil)
	if err != nil {
		return false
	}
	request.Close = true
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		return false
	}
	_ = response.Body.Close() // the status is enough
	return response.StatusCode < http.StatusInternalServerError
}

// reachable reports whether something accepts connections at the target.
func (s System) reachable(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	connection, err := new(net.Dialer).DialContext(ctx, "tcp", Address(s.Target))
	if err != nil {
		return false
	}
	_ = connection.Close() // nothing was sent
	return true
}

// tailSize is how much of a program's output is kept.
const tailSize = 2 << 10

// A tail keeps the end of what is written to it. It may be used concurrently.
type tail struct {
	mu   sync.Mutex
	text []byte
}

func (t *tail) Write(text []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = append(t.text, text...)
	if excess := len(t.text) - tailSize; excess > 0 {
		t.text = bytes.Clone(t.text[excess:])
	}
	return len(text), nil
}

// String returns the text as the end of a message; "" if there is none.
func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if text := strings.TrimSpace(string(t.text)); text != "" {
		return "; it printed: " + text
	}
	return ""
}
