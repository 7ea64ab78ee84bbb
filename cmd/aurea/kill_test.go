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

	_ "modernc.org/sqlite" // looks into the file

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/client"
	"github.com/aurea-orchestrator/aurea/internal/aureatest"
)

// A loadGenerator submits runs to one life of a server, and remembers what was
// acknowledged and how far it saw it come.
type loadGenerator struct {
	client *client.Client
	mu     sync.Mutex
	acked  map[string]bool
	seen   map[string]int64 // jobs that had ended, as of two seconds before the kill
}

// load keeps the server busy until ctx ends: with as many tiny runs as it takes,
// or with one that would go on, behind which the others queue.
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
					_, _ = l.client.Wait(ctx, id) // the server may die meanwhile
				}
			}
		})
	}
	clients.Wait()
}

// submit returns the id of a run that was acknowledged.
func (l *loadGenerator) submit(ctx context.Context, t *testing.T, spec string) string {
	decoded, err := aurea.DecodeSpec([]byte(spec))
	if err != nil {
		t.Error(err)
		return ""
	}
	run, err := l.client.Submit(ctx, decoded, "")
	if err != nil {
		return "" // the server has died, or its queue is full
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.acked[run.ID] = true
	return run.ID
}

// A process that is killed at any moment, under load, loses nothing that it has
// acknowledged: afterwards every run is there and has an end, and the database
// is sound. make torture does it fifty times.
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
	interrupted, partial := 0, 0
	for i := range times {
		long := i%2 == 1
		delay := time.Duration(50+rand.IntN(1500)) * time.Millisecond
		if long {
			delay = time.Duration(1000+rand.IntN(3000)) * time.Millisecond
		}
		url, process := aureatest.Serve(t, "--data", dir, "--queue", "64")
		service, err := client.New(url, "")
		if err != nil {
			t.Fatal(err)
		}
		l.client = service
		ctx, stop := context.WithCancel(t.Context())
		killed := make(chan struct{})
		time.AfterFunc(delay, func() {
			defer close(killed)
			_ = process.Kill() // it cannot have ended by itself
			_, _ = process.Wait()
			stop()
		})
		go l.sampleProgress(ctx)
		l.load(ctx, t, long)
		<-killed
		service.Close()
		checkDatabase(t, filepath.Join(dir, "aurea.db"))
	}
	url, _ := aureatest.Serve(t, "--data", dir)
	service, err := client.New(url, "")
	if err != nil {
		t.Fatal(err)
	}
	defer service.Close()
	waitReady(t, service)
	kept := listAllRuns(t, service)
	for id := range l.acked {
		if _, ok := kept[id]; !ok {
			t.Errorf("run %s was acknowledged and is gone", id)
		}
	}
	for id, run := range kept {
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
		if saw := l.seen[id]; saw > 0 && (run.Progress == nil || run.Progress.OK+run.Progress.Failed < saw) {
			t.Errorf("run %s had %d jobs done two seconds before; its partial counts are %+v", id, saw, run.Progress)
		}
	}
	t.Logf("killed %d times; %d runs acknowledged, %d kept; %d interrupted, %d of them with partial counts", times, len(l.acked), len(kept), interrupted, partial)
	if len(l.acked) == 0 || interrupted == 0 {
		t.Error("nothing was tortured")
	}
}

// sampleProgress remembers how far the running run had come, two seconds late: as much
// must be known of it afterwards.
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

// checkDatabase has SQLite look at every page of the file.
func checkDatabase(t *testing.T, file string) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var says string
	if err := db.QueryRowContext(t.Context(), "PRAGMA quick_check").Scan(&says); err != nil || says != "ok" {
		t.Errorf("quick_check: %s (%v)", says, err)
	}
}
