package main

import (
	"bufio"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"

	"golang.org/x/sync/errgroup"

	"github.com/aurea-orchestrator/aurea/internal/aureatest"
)

// A gatedWriter is the reader of a log, which takes a line when it is let to, or has
// gone.
type gatedWriter struct {
	gate   chan struct{} // closed when lines are taken
	broken atomic.Bool
	lines  []string
}

func (f *gatedWriter) Write(line []byte) (int, error) {
	<-f.gate
	if f.broken.Load() {
		return 0, errors.New("broken pipe")
	}
	f.lines = append(f.lines, string(line))
	return len(line), nil
}

// A reader that takes nothing does not hold up logging. What finds no room is
// counted, and the log says so as soon as it can.
func TestLogWithoutReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := &gatedWriter{gate: make(chan struct{})}
		w := newLogWriter(out)
		log := slog.New(slog.NewTextHandler(w, nil))
		log.Info("first")
		synctest.Wait() // it is being written
		for range logQueueLen + 7 {
			log.Info("more")
		}
		if w.Dropped() != 7 {
			t.Errorf("%d lines were dropped, want 7", w.Dropped())
		}
		close(out.gate)
		synctest.Wait()
		w.Close()
		if want := logQueueLen + 2; len(out.lines) != want {
			t.Fatalf("%d lines were taken, want %d", len(out.lines), want)
		}
		if said := out.lines[1]; !strings.Contains(said, "log lines were dropped") || !strings.Contains(said, "lines=7") {
			t.Errorf("behind the first line the log says %q, want that 7 lines were dropped", said)
		}
	})
}

// A reader that is gone may come back.
func TestLogWithReaderThatIsGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := &gatedWriter{gate: make(chan struct{})}
		close(out.gate)
		w := newLogWriter(out)
		for _, gone := range []bool{true, true, false} {
			out.broken.Store(gone)
			_, _ = io.WriteString(w, "a line\n")
			synctest.Wait()
		}
		w.Close()
		if w.Dropped() != 2 || len(out.lines) != 2 || !strings.Contains(out.lines[1], "lines=2") {
			t.Errorf("%d lines were dropped and %q taken, want 2, a line and the word of it", w.Dropped(), out.lines)
		}
	})
}

// At its end a service does not wait for the reader of its log.
func TestLogEndsWithoutReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := &gatedWriter{gate: make(chan struct{})}
		w := newLogWriter(out)
		_, _ = io.WriteString(w, "a line\n")
		w.Close() // which would hang
		_, _ = io.WriteString(w, "too late\n")
		if w.Dropped() != 1 {
			t.Errorf("%d lines were dropped, want 1", w.Dropped())
		}
		close(out.gate)
	})
}

// serveWithLog starts a service at debug level whose log is a pipe, of which the
// first lines are read.
func serveWithLog(t *testing.T, args ...string) (url string, process *exec.Cmd, log *os.File) {
	t.Helper()
	log, end, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	process = exec.Command(aureatest.Binary(t), append([]string{"serve", "--listen", "127.0.0.1:0", "--data", t.TempDir(), "--log-level", "debug"}, args...)...)
	process.Stderr = end
	if err := process.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = process.Process.Kill(); _ = log.Close() })
	_ = end.Close()
	for lines := bufio.NewScanner(log); lines.Scan(); {
		if match := regexp.MustCompile(`msg=listening url=(\S+)`).FindStringSubmatch(lines.Text()); match != nil {
			return match[1], process, log
		}
	}
	t.Fatal("the service does not listen")
	return
}

// terminate sends SIGTERM; the service must drain and exit with 0.
func terminate(t *testing.T, process *exec.Cmd) {
	t.Helper()
	if err := process.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := process.Wait(); err != nil {
		t.Errorf("the service ended with %v, want exit 0", err)
	}
}

// The service goes on when the reader of its log never reads, or goes away, and
// ends in order.
func TestServeWithoutLogReader(t *testing.T) {
	for what, leave := range map[string]func(*os.File){
		"never reads": func(*os.File) {},
		"goes away":   func(log *os.File) { _ = log.Close() },
	} {
		t.Run(what, func(t *testing.T) {
			url, process, log := serveWithLog(t)
			leave(log)
			var clients errgroup.Group
			for range 8 {
				clients.Go(func() error {
					for range 300 {
						answer, err := http.Get(url + "/livez")
						if err != nil {
							return err
						}
						_, _ = io.Copy(io.Discard, answer.Body)
						_ = answer.Body.Close()
					}
					return nil
				})
			}
			if err := clients.Wait(); err != nil {
				t.Fatal(err)
			}
			waitFor(t, func() bool {
				return regexp.MustCompile(`(?m)^aurea_log_lines_dropped_total [1-9]`).MatchString(get(t, url+"/metrics"))
			})
			terminate(t, process)
		})
	}
}
