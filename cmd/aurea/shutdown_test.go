package main

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea/internal/aureatest"
)

// A slow reader of an export does not delay the end of the service: its
// connection is closed.
func TestSlowReadersDoNotHoldUpTheEnd(t *testing.T) {
	t.Parallel()
	url, process := aureatest.Serve(t, "--grace", "0s")
	body := post(t, url+"/benchmark/run", `{"num_jobs": 200000, "workload": {"kind": "noop"}}`)
	id := body[strings.Index(body, "benchmark-"):][:len("benchmark-")+36]
	conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := fmt.Fprintf(conn, "GET /v1/runs/%s/jobs HTTP/1.1\r\nHost: localhost\r\n\r\n", id); err != nil {
		t.Fatal(err)
	}
	part := make([]byte, 1<<10)
	if _, err := io.ReadFull(conn, part); err != nil {
		t.Fatal(err)
	}
	if err := process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	complete := make(chan bool, 1)
	go func() { // a kilobyte at a time, so that no write times out
		var last []byte
		for {
			n, err := conn.Read(part)
			last = append(last[:0], part[:n]...)
			if err != nil {
				complete <- bytes.HasSuffix(last, []byte("0\r\n\r\n"))
				return
			}
			time.Sleep(20 * time.Millisecond)
		}
	}()
	if state, err := process.Wait(); err != nil || state.ExitCode() != 0 {
		t.Errorf("ended with %v (%v), want exit 0", state, err)
	}
	_ = conn.Close()
	if <-complete {
		t.Error("the service waited until the export was read")
	}
}

// The log names the components that have not stopped.
func TestRunningComponentsAreLogged(t *testing.T) {
	var c componentSet
	var log bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&log, nil))
	_ = c.run("runs", func() error {
		return c.run("answers", func() error {
			_ = c.run("telemetry", func() error { return nil })
			c.warnIfRunning(logger)
			return nil
		})
	})
	checkContains(t, "the log", log.String(), `level=WARN msg="the service has not ended" waits_for="[runs answers]"`)
	log.Reset()
	if c.warnIfRunning(logger); log.Len() > 0 {
		t.Errorf("all have stopped, and the log has %q", log.String())
	}
}
