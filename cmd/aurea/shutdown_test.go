package main

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea/internal/aureatest"
)

// Neither somebody who takes an export slowly, nor one who watches, keeps the
// service from ending: the export is cut.
func TestSlowReadersDoNotHoldUpTheEnd(t *testing.T) {
	t.Parallel()
	url, process := aureatest.Serve(t, "--grace", "0s")
	answer, err := http.Post(url+"/benchmark/run", "application/json", strings.NewReader(`{"num_jobs": 200000, "workload": {"kind": "noop"}}`))
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(answer.Body)
	_ = answer.Body.Close()
	if err != nil {
		t.Fatal(err)
	}
	id := string(body[bytes.Index(body, []byte("benchmark-")):][:len("benchmark-")+36])
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
	whole := make(chan bool, 1)
	go func() { // a kilobyte at a time, so that it is never cut for taking nothing
		var last []byte
		for {
			n, err := conn.Read(part)
			last = append(last[:0], part[:n]...)
			if err != nil {
				whole <- bytes.HasSuffix(last, []byte("0\r\n\r\n"))
				return
			}
			time.Sleep(20 * time.Millisecond)
		}
	}()
	if state, err := process.Wait(); err != nil || state.ExitCode() != 0 {
		t.Errorf("ended with %v (%v), want exit 0", state, err)
	}
	_ = conn.Close()
	if <-whole {
		t.Error("the service waited until the export was read")
	}
}

// What has not ended is named.
func TestUnendedPartsAreReported(t *testing.T) {
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
	if said := log.String(); !strings.Contains(said, `level=WARN msg="the service has not ended" waits_for="[runs answers]"`) {
		t.Errorf("the log says %q", said)
	}
	log.Reset()
	if c.warnIfRunning(logger); log.Len() > 0 {
		t.Errorf("all have ended, and the log says %q", log.String())
	}
}
