//go:build unix

package torture

import (
	"bufio"
	"context"
	"errors"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea/internal/aureatest"
)

// A process is a running aurea command. Its log is shown if the test fails.
type process struct {
	t       *testing.T
	name    string
	command *exec.Cmd
	ended   chan struct{} // closed when the process has ended and its log is complete

	mu    sync.Mutex
	lines []string
	wake  chan struct{} // closed and replaced at each line
}

// start starts the command. The process is killed when the test ends.
func start(t *testing.T, name string, args ...string) *process {
	t.Helper()
	p := &process{
		t: t, name: name, ended: make(chan struct{}), wake: make(chan struct{}),
		command: exec.CommandContext(context.Background(), aureatest.Binary(t), args...),
	}
	stderr, err := p.command.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.command.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(p.ended)
		for lines := bufio.NewScanner(stderr); lines.Scan(); {
			p.add(lines.Text())
		}
		_ = p.command.Wait() // tests that check the exit code read it
	}()
	t.Cleanup(func() {
		p.kill()
		if t.Failed() {
			t.Logf("log of %s:\n%s", name, strings.Join(p.lines, "\n"))
		}
	})
	return p
}

func (p *process) add(line string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lines = append(p.lines, line)
	close(p.wake)
	p.wake = make(chan struct{})
}

// match returns what the expression's group matches in the log; "" if nothing
// does. The channel is closed at the next line.
func (p *process) match(expression *regexp.Regexp) (found string, next <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, line := range p.lines {
		if match := expression.FindStringSubmatch(line); match != nil {
			return match[len(match)-1], p.wake
		}
	}
	return "", p.wake
}

// await waits for a line of the log and returns what the expression's last group
// matches in it.
func (p *process) await(expression string) string {
	p.t.Helper()
	compiled := regexp.MustCompile(expression)
	for late := time.After(time.Minute); ; {
		found, next := p.match(compiled)
		if found != "" {
			return found
		}
		select {
		case <-next:
		case <-p.ended:
			if found, _ := p.match(compiled); found != "" {
				return found
			}
			p.t.Fatalf("%s ended without a line like %s", p.name, expression)
		case <-late:
			p.t.Fatalf("%s has no line like %s", p.name, expression)
		}
	}
}

// signal sends a signal to the process, unless it has ended.
func (p *process) signal(s syscall.Signal) {
	p.t.Helper()
	if err := p.command.Process.Signal(s); err != nil && !errors.Is(err, os.ErrProcessDone) {
		p.t.Errorf("signal %s: %v", p.name, err)
	}
}

// stopFor suspends the process for a time.
func (p *process) stopFor(d time.Duration) {
	p.t.Helper()
	p.signal(syscall.SIGSTOP)
	time.Sleep(d)
	p.signal(syscall.SIGCONT)
}

// suspend suspends the process and lets it continue after a time.
func (p *process) suspend(t *testing.T, d time.Duration) {
	t.Helper()
	p.signal(syscall.SIGSTOP)
	resume := time.AfterFunc(d, func() { p.signal(syscall.SIGCONT) })
	t.Cleanup(func() { resume.Stop() })
}

// kill ends the process at once, also a suspended one, and waits for it.
func (p *process) kill() {
	_ = p.command.Process.Kill() // it may have ended
	<-p.ended
}
