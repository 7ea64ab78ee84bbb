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
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"

	"golang.org/x/sync/errgroup"

	"github.com/aurea-orchestrator/aurea/internal/aureatest"
)

// A gatedWriter blocks until its gate is closed. Afterwards it keeps the lines
// written, or fails while it is broken.
type gatedWriter struct {
	gate   chan struct{}
	broken atomic.Bool
	lines  []string
}

func (f *gatedWriter) Write(text []byte) (int, error) {
	<-f.gate
	if f.broken.Load() {
		return 0, errors.New("broken pipe")
	}
	f.lines = slices.AppendSeq(f.lines, strings.Lines(string(text)))
	return len(text), nil
}

// A stalled reader does not block logging. Lines that do not fit the queue are
// dropped and counted, and the log reports them later.
func TestLogWithoutReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := &gatedWriter{gate: make(chan struct{})}
		w := newLogWriter(out)
		log := slog.New(slog.NewTextHandler(w, nil))
		log.Info("first")
		synctest.Wait() // until it is being written
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
			t.Fatalf("%d lines were written, want %d", len(out.lines), want)
		}
		checkContains(t, "the second line", out.lines[1], "log lines were dropped", "lines=7")
	})
}

// Once a write succeeds again, the log reports the lines that failed.
func TestLogAfterFailedWrites(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := &gatedWriter{gate: make(chan struct{})}
		close(out.gate)
		w := newLogWriter(out)
		for _, gone := range []bool{true, true, false} {
			out.broken.Store(gone)
			for range 3 { // which may be written together
				_, _ = io.WriteString(w, "a line\n")
			}
			synctest.Wait()
		}
		w.Close()
		if w.Dropped() != 6 {
			t.Errorf("%d lines were dropped, want 6", w.Dropped())
		}
		if len(out.lines) != 4 {
			t.Fatalf("the lines %q were written, want 4", out.lines)
		}
		checkContains(t, "all lines", strings.Join(out.lines, ""), "lines=6")
	})
}

// Close does not wait for a stalled reader.
func TestLogCloseWithoutReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := &gatedWriter{gate: make(chan struct{})}
		w := newLogWriter(out)
		_, _ = io.WriteString(w, "a line\n")
		w.Close() // must not block
		_, _ = io.WriteString(w, "too late\n")
		if w.Dropped() != 1 {
			t.Errorf("%d lines were dropped, want 1", w.Dropped())
		}
		close(out.gate)
	})
}

// serveWithLog starts a service that logs to a pipe at debug level. It reads
// the log until the service listens.
func serveWithLog(t *testing.T, args ...string) (url string, process *exec.Cmd, log *os.File) {
	t.Helper()
	log, end, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	args = append([]string{"serve", "--listen", "127.0.0.1:0", "--data", t.TempDir(), "--log-level", "debug"}, args...)
	process = exec.Command(aureatest.Binary(t), args...)
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

// terminate sends SIGTERM. The service must drain and exit with 0.
func terminate(t *testing.T, process *exec.Cmd) {
	t.Helper()
	if err := process.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := process.Wait(); err != nil {
		t.Errorf("the service ended with %v, want exit 0", err)
	}
}

// The service keeps working, and drains, if the reader of its log stalls or
// goes away.
func TestServeWithoutLogReader(t *testing.T) {
	for what, abandon := range map[string]func(*os.File){
		"never reads": func(*os.File) {},
		"goes away":   func(log *os.File) { _ = log.Close() },
	} {
		t.Run(what, func(t *testing.T) {
			url, process, log := serveWithLog(t)
			abandon(log)
			var clients errgroup.Group
			for range 8 {
				clients.Go(func() error {
					for range 300 {
						response, err := http.Get(url + "/livez")
						if err != nil {
							return err
						}
						_, _ = io.Copy(io.Discard, response.Body)
						_ = response.Body.Close()
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
