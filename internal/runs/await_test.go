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

// A hangingExecutor has jobs that do not stop when asked to: after one interval
// it waits for release.
type hangingExecutor struct {
	resolver
	release chan struct{}
}

func (x hangingExecutor) Execute(
	_ context.Context, plan aurea.Plan, _ *workload.Resolved, _ <-chan aurea.Command, observe func(aurea.Progress),
) (aurea.Measurement, error) {
	interval := aurea.NewTally()
	interval.Started = 7
	time.Sleep(time.Second)
	progress := aurea.Progress{Elapsed: time.Second, Length: time.Second, Interval: interval, InFlight: 7}
	observe(progress)
	<-x.release
	observe(progress)
	return aurea.Measurement{Start: time.Now(), Tally: aurea.NewTally(), Stopped: true}, nil
}

// A logBuffer keeps log lines.
type logBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *logBuffer) Write(line []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(line)
}

// lines returns the lines that contain a text.
func (b *logBuffer) lines(text string) (found []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for line := range strings.Lines(b.text.String()) {
		if strings.Contains(line, text) {
			found = append(found, regexp.MustCompile(`time=\S+ |run=\S+ `).ReplaceAllString(strings.TrimSpace(line),
				""))
		}
	}
	return found
}

// serveHanging starts a manager with a hangingExecutor and a run that has
// started.
func serveHanging(t *testing.T, grace time.Duration) (m *Manager, x hangingExecutor, book *logBuffer, drain func(),
	ended chan struct{}, run aurea.Run) {
	t.Helper()
	x, book, ended = hangingExecutor{release: make(chan struct{})}, new(logBuffer), make(chan struct{})
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

// If a run has not ended five seconds after its cancellation, the log says so
// once, with the reason. The run ends when its jobs do.
func TestLateRunIsReported(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, x, book, drain, ended, run := serveHanging(t, 0)
		if _, err := m.Cancel(t.Context(), run.ID); err != nil {
			t.Fatal(err)
		}
		time.Sleep(reportAfter - cancelWait - time.Millisecond)
		synctest.Wait()
		if early := book.lines("has not ended"); len(early) > 0 {
			t.Errorf("the log has %q before five seconds have passed", early)
		}
		time.Sleep(time.Hour)
		const want = `level=WARN msg="run has not ended since it was stopped" waits_for="jobs that have not returned" workload=sleep in_flight=7`
		if late := book.lines("has not ended"); len(late) != 1 || late[0] != want {
			t.Errorf("the log has %q, want one line: %q", late, want)
		}
		close(x.release)
		synctest.Wait()
		drain()
		<-ended
	})
}

// Jobs that do not stop do not keep the service from exiting soon after its
// grace. Their run is interrupted, with its last known progress.
func TestHangingJobsDoNotBlockShutdown(t *testing.T) {
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
			t.Errorf("the log has %q, want one line about the abandoned run", lines)
		}
		close(x.release) // the jobs return now, which must change nothing
		synctest.Wait()
		if end.Progress.Started != 7 {
			t.Errorf("%d jobs have started after the end, want 7", end.Progress.Started)
		}
	})
}
