package main

import (
	"context"
	"database/sql"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	_ "modernc.org/sqlite" // checks the database file

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/client"
	"github.com/aurea-orchestrator/aurea/internal/aureatest"
)

// A loadGenerator submits runs to a server that is killed. It records which
// runs were acknowledged, and their progress.
type loadGenerator struct {
	client *client.Client
	mu     sync.Mutex
	acked  map[string]bool
	seen   map[string]int64 // jobs ended by id, at least two seconds before the kill
}

// load keeps the server busy until ctx ends: with many tiny runs, or with one
// long run that the others queue behind.
func (l *loadGenerator) load(ctx context.Context, t *testing.T, long bool) {
	if long {
		l.submit(ctx, t, `{"num_jobs": 100000, "concurrency": 4, "job_duration_ms": 10}`)
	}
	var clients sync.WaitGroup
	for range 8 {
		clients.Go(func() {
			for ctx.Err() == nil {
				id := l.submit(ctx, t, `{"num_jobs": 1, "job_duration_ms": 0}`)
				if id != "" && !long {
					_, _ = l.client.Wait(ctx, id) // fails when the server is killed
				}
			}
		})
	}
	clients.Wait()
}

// submit returns the id of an acknowledged run; "" if there is none.
func (l *loadGenerator) submit(ctx context.Context, t *testing.T, spec string) string {
	decoded, err := aurea.DecodeSpec([]byte(spec))
	if err != nil {
		t.Error(err)
		return ""
	}
	run, err := l.client.Submit(ctx, decoded, "")
	if err != nil {
		return "" // the server was killed, or its queue is full
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.acked[run.ID] = true
	return run.ID
}

// A server that is killed under load loses no acknowledged run. After a restart
// every run is stored and finished, and the database is intact. make torture
// kills it fifty times.
func TestKilledAtAnyMoment(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("left out: it takes seconds")
	}
	times := 5
	if n, err := strconv.Atoi(os.Getenv("AUREA_TORTURE")); err == nil {
		times = n
	}
	dir := t.TempDir()
	l := &loadGenerator{acked: map[string]bool{}, seen: map[string]int64{}}
	for i := range times {
		l.loadAndKill(t, dir, i%2 == 1)
		checkDatabase(t, filepath.Join(dir, "aurea.db"))
	}
	url, _ := aureatest.Serve(t, "--data", dir)
	service, err := client.New(url, "")
	if err != nil {
		t.Fatal(err)
	}
	defer service.Close()
	waitReady(t, service)
	stored := listAllRuns(t, service)
	interrupted, partial := l.check(t, stored)
	t.Logf("killed %d times; %d runs acknowledged, %d stored; %d interrupted, %d of them with partial counts",
		times, len(l.acked), len(stored), interrupted, partial)
	if len(l.acked) == 0 || interrupted == 0 {
		t.Errorf("%d runs were acknowledged and %d interrupted, want some of each", len(l.acked), interrupted)
	}
}

// loadAndKill starts a server, puts it under load and kills it at a random time.
func (l *loadGenerator) loadAndKill(t *testing.T, dir string, long bool) {
	t.Helper()
	delay := time.Duration(50+rand.IntN(1500)) * time.Millisecond
	if long {
		delay = time.Duration(1000+rand.IntN(3000)) * time.Millisecond
	}
	url, process := aureatest.Serve(t, "--data", dir, "--queue", "64")
	service, err := client.New(url, "")
	if err != nil {
		t.Fatal(err)
	}
	defer service.Close()
	l.client = service
	ctx, stop := context.WithCancel(t.Context())
	killed := make(chan struct{})
	time.AfterFunc(delay, func() {
		defer close(killed)
		_ = process.Kill() // it is still running
		_, _ = process.Wait()
		stop()
	})
	go l.sampleProgress(ctx)
	l.load(ctx, t, long)
	<-killed
}

// check wants every acknowledged run among the stored ones, and all of them
// finished. It counts the interrupted runs, and those of them with progress.
func (l *loadGenerator) check(t *testing.T, stored map[string]aurea.Run) (interrupted, partial int) {
	t.Helper()
	for id := range l.acked {
		if _, ok := stored[id]; !ok {
			t.Errorf("run %s was acknowledged and is lost", id)
		}
	}
	for id, run := range stored {
		if !run.Status.Finished() {
			t.Errorf("run %s is %s", id, run.Status)
		}
		if run.Status != aurea.StatusInterrupted {
			continue
		}
		interrupted++
		if run.Progress != nil && run.Progress.OK > 0 {
			partial++
		}
		ended := int64(0)
		if run.Progress != nil {
			ended = run.Progress.OK + run.Progress.Failed
		}
		if saw := l.seen[id]; ended < saw {
			t.Errorf("run %s had %d jobs ended two seconds before; its partial counts are %+v", id, saw, run.Progress)
		}
	}
	return interrupted, partial
}

// sampleProgress records the progress of the active run two seconds after it
// was read. By then the server must have stored that much.
func (l *loadGenerator) sampleProgress(ctx context.Context) {
	for ctx.Err() == nil {
		page, err := l.client.List(ctx, aurea.RunQuery{Statuses: []aurea.Status{aurea.StatusRunning}})
		if err == nil {
			time.AfterFunc(2*time.Second, func() {
				if ctx.Err() != nil {
					return
				}
				l.mu.Lock()
				defer l.mu.Unlock()
				for _, run := range page.Runs {
					if run.Progress != nil {
						l.seen[run.ID] = run.Progress.OK + run.Progress.Failed
					}
				}
			})
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// checkDatabase has SQLite check every page of the file.
func checkDatabase(t *testing.T, file string) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var result string
	if err := db.QueryRowContext(t.Context(), "PRAGMA quick_check").Scan(&result); err != nil || result != "ok" {
		t.Errorf("quick_check: %s (%v)", result, err)
	}
}
