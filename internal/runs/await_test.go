package runs

import (
	"bytes"
	"context"
	"log/slog"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/workload"
)

// A stubborn executor has jobs that do not stop when they are asked to: after one
// interval it waits for release.
type hangingExecutor struct {
	resolver
	release chan struct{}
}

func (x hangingExecutor) Execute(
	_ context.Context, plan aurea.Plan, _ *workload.Resolved, _ <-chan aurea.Command, observe func(aurea.Progress),
) (*aurea.Result, error) {
	interval := aurea.NewTally()
	interval.Started = 7
	time.Sleep(time.Second)
	progress := aurea.Progress{Elapsed: time.Second, Length: time.Second, Interval: interval, InFlight: 7}
	observe(progress)
	<-x.release
	observe(progress)
	return aurea.NewResult(plan, aurea.Measurement{Start: time.Now(), Tally: aurea.NewTally(), Stopped: true}), nil
}

// A logbook keeps what is logged.
type logbook struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *logbook) Write(line []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(line)
}

// lines are those with the given text in them.
func (b *logbook) lines(text string) (found []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for line := range strings.Lines(b.text.String()) {
		if strings.Contains(line, text) {
			found = append(found, regexp.MustCompile(`time=\S+ |run=\S+ `).ReplaceAllString(strings.TrimSpace(line), ""))
		}
	}
	return found
}

// serveStubborn starts a manager whose jobs do not stop, with a run that has
// begun.
func serveHanging(t *testing.T, grace time.Duration) (m *Manager, x hangingExecutor, book *logbook, drain func(), ended chan struct{}, run aurea.Run) {
	t.Helper()
	x, book, ended = hangingExecutor{release: make(chan struct{})}, new(logbook), make(chan struct{})
	m = New(x, Options{Grace: grace, Log: slog.New(slog.NewTextHandler(book, nil))})
	ctx, drain := context.WithCancel(context.Background())
	go func() {
		defer close(ended)
		if err := m.Run(ctx); err != nil {
			t.Errorf("Run: %v", err)
		}
	}()
	run, err := m.Submit(t.Context(), decode(t, `{"num_jobs": 10}`), "")
	if err != nil {
		t.Fatal(err)
	}
	time.Sleep(2 * time.Second)
	return m, x, book, drain, ended, run
}

// The log says so when a run has not ended five seconds after it was cancelled,
// once, and what it waits for. The run ends when its jobs do.
func TestLateRunIsReported(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, x, book, drain, ended, run := serveHanging(t, 0)
		if _, err := m.Cancel(t.Context(), run.ID); err != nil {
			t.Fatal(err)
		}
		time.Sleep(reportAfter - cancelWait - time.Millisecond)
		synctest.Wait()
		if early := book.lines("has not ended"); len(early) > 0 {
			t.Errorf("before five seconds are over the log says %q", early)
		}
		time.Sleep(time.Hour)
		const want = `level=WARN msg="run has not ended since it was stopped" waits_for="jobs that have not returned" workload=sleep in_flight=7`
		if late := book.lines("has not ended"); len(late) != 1 || late[0] != want {
			t.Errorf("the log says %q, want one line: %q", late, want)
		}
		close(x.release)
		synctest.Wait()
		drain()
		<-ended
	})
}

// Jobs that do not stop do not keep the service from ending soon after its grace.
// Their run is interrupted, with what was last known of it.
func TestStubbornJobsDoNotHoldUpTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const grace = 10 * time.Second
		m, x, book, drain, ended, run := serveHanging(t, grace)
		waited := make(chan aurea.Run, 1)
		go func() {
			end, err := m.Wait(context.Background(), run.ID)
			if err != nil {
				t.Errorf("Wait: %v", err)
			}
			waited <- end
		}()
		synctest.Wait()
		begun := time.Now()
		drain()
		<-ended
		if took := time.Since(begun); took != grace+giveUpAfter {
			t.Errorf("the manager ended after %v, want %v", took, grace+giveUpAfter)
		}
		end := <-waited
		if end.Status != aurea.StatusInterrupted {
			t.Errorf("the run is %s, want interrupted", end.Status)
		}
		if end.Progress == nil || end.Progress.Started != 7 {
			t.Errorf("its progress is %+v, want 7 jobs started", end.Progress)
		}
		if lines := book.lines("given up"); len(lines) != 1 {
			t.Errorf("the log says %q, want one line about the run that was given up", lines)
		}
		close(x.release) // its jobs return after all, and change nothing
		synctest.Wait()
		if end.Progress.Started != 7 {
			t.Errorf("afterwards %d jobs have started, want 7", end.Progress.Started)
		}
	})
}
