package cluster_test

import (
	"bytes"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/engine"
	"github.com/aurea-orchestrator/aurea/internal/workload/kinds"
)

// A run that is started again says in its result that the target saw jobs of
// the earlier start. They are in no count.
func TestFalseStartIsInResult(t *testing.T) {
	t.Parallel()
	target := startTarget(t)
	s := startService(t, 1)
	// A start that was late for both workers has called no target. The next is late
	// for one again.
	untouched := func() bool { return target.seen() == 0 }
	late := holdWhile(t, s.embedded.URL(), `"kind":"start"`, time.Second, untouched)
	log := slog.New(slog.DiscardHandler)
	s.startWorkerAt(t, late, "late", engine.New("test", kinds.New(kinds.Options{})), log)
	s.awaitWorkers(t, 2)
	measured := execute(t, s.dispatcher,
		`{"num_jobs": 20, "concurrency": 2, "workers": 2, "workload": `+target.calls("ok")+`}`)
	if want := (aurea.Counts{Planned: 20, OK: 20}); measured.Tally.Counts != want {
		t.Errorf("the counts are %+v, want %+v", measured.Tally.Counts, want)
	}
	if got := len(target.take()); got <= 20 {
		t.Errorf("the target saw %d jobs, want those of the first start too", got)
	}
	if len(measured.Warnings) == 0 {
		t.Fatal("the result has no warning")
	}
	if got, want := measured.Warnings[0], "worker late: late: the moment to start has passed"; !isStartGivenUp(got) ||
		!strings.Contains(got, want) {
		t.Errorf("the warning is %q, want one on a start that was given up with %q", got, want)
	}
}

// holdWhile returns the URL of a proxy to a NATS server. While held reports true,
// the chunks for the client that have a text come later by d.
func holdWhile(t *testing.T, url, text string, d time.Duration, held func() bool) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var running sync.WaitGroup
	t.Cleanup(func() {
		_ = listener.Close() // nothing is lost
		running.Wait()
	})
	hold := func(chunk []byte) {
		if bytes.Contains(chunk, []byte(text)) && held() {
			time.Sleep(d)
		}
	}
	running.Go(func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			server, err := net.Dial("tcp", strings.TrimPrefix(url, "nats://"))
			if err != nil {
				t.Error(err)
				return
			}
			running.Go(func() { copyChunks(client, server, hold) })
			running.Go(func() { copyChunks(server, client, func([]byte) {}) })
		}
	})
	return "nats://" + listener.Addr().String()
}

// copyChunks copies what comes from one connection to another, and closes both
// at the end. It calls before ahead of each chunk.
func copyChunks(to io.WriteCloser, from io.ReadCloser, before func(chunk []byte)) {
	defer func() { _ = to.Close() }()   // the other direction may have closed it
	defer func() { _ = from.Close() }() // likewise
	buffer := make([]byte, 1<<20)
	for {
		n, err := from.Read(buffer)
		if n > 0 {
			before(buffer[:n])
			if _, err := to.Write(buffer[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}
