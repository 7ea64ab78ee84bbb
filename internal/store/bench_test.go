package store_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/platform"
	"github.com/aurea-orchestrator/aurea/internal/store"
	"github.com/aurea-orchestrator/aurea/internal/store/storetest"
)

// runClients calls do in eight goroutines, each with its own numbers.
func runClients(b *testing.B, do func(n int) error) {
	var next atomic.Int64
	took := make([]time.Duration, b.N)
	b.ResetTimer()
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for {
				n := int(next.Add(1))
				if n > b.N {
					return
				}
				start := time.Now()
				if err := do(n); err != nil {
					b.Error(err)
					return
				}
				took[n-1] = time.Since(start)
			}
		})
	}
	group.Wait()
	b.StopTimer()
	report(b, took)
}

// report reports quantiles of the durations of single calls.
func report(b *testing.B, took []time.Duration) {
	slices.Sort(took)
	b.ReportMetric(float64(len(took))/b.Elapsed().Seconds(), "1/s")
	for _, q := range []int{50, 99} {
		b.ReportMetric(float64(took[len(took)*q/100].Microseconds())/1000, fmt.Sprintf("p%d-ms", q))
	}
}

func eachDatabase(b *testing.B, f func(b *testing.B, s *store.Store)) {
	b.Run("sqlite", func(b *testing.B) { f(b, open(b, b.TempDir())) })
	b.Run("postgres", func(b *testing.B) { f(b, open(b, database(b))) })
}

// BenchmarkCreate creates runs. Each is on disk when Create returns, except in
// the tests' PostgreSQL.
func BenchmarkCreate(b *testing.B) {
	eachDatabase(b, func(b *testing.B, s *store.Store) {
		runClients(b, func(n int) error {
			_, err := s.Create(b.Context(), storetest.NewRun(n), aurea.Submission{Owner: "here"})
			return err
		})
	})
}

// BenchmarkLife creates a run, saves it as running and finishes it with the
// result of one job.
func BenchmarkLife(b *testing.B) {
	eachDatabase(b, func(b *testing.B, s *store.Store) {
		finished := storetest.Finished(storetest.NewRun(0), 1)
		runClients(b, func(n int) error {
			run := storetest.NewRun(n)
			if _, err := s.Create(b.Context(), run, aurea.Submission{Owner: "here"}); err != nil {
				return err
			}
			run.Status = aurea.StatusRunning
			if err := s.Save(b.Context(), run); err != nil {
				return err
			}
			run.Status, run.Result = aurea.StatusCompleted, finished.Result
			_, err := s.Finish(b.Context(), run)
			return err
		})
	})
}

// BenchmarkKeep keeps finished runs of one job, each in one write: what is left of
// a short run without its request and its execution. cpu-µs/op is the CPU time of a
// write, on all cores.
func BenchmarkKeep(b *testing.B) {
	eachDatabase(b, func(b *testing.B, s *store.Store) {
		finished := storetest.Finished(storetest.NewRun(0), 1)
		finished.Result.Workers, finished.Samples.Workers = nil, nil
		before := platform.ProcessCPU()
		defer func() {
			b.ReportMetric(float64((platform.ProcessCPU()-before).Microseconds())/float64(b.N), "cpu-µs/op")
		}()
		runClients(b, func(n int) error {
			run := finished
			run.ID = storetest.NewRun(n).ID
			_, err := s.Keep(b.Context(), run, aurea.Submission{Owner: "here"})
			return err
		})
	})
}

const history = 100_000

// longHistory is the folder of a database with 100,000 finished runs, which all
// benchmarks of this process share.
var longHistory = sync.OnceValues(func() (string, error) {
	folder, err := os.MkdirTemp("", "aurea-history-")
	if err != nil {
		return "", err
	}
	s, err := store.Open(context.Background(), folder, store.Options{})
	if err != nil {
		return "", err
	}
	return folder, errors.Join(storetest.KeepMany(s, history), s.Close())
})

func longStore(b *testing.B) *store.Store {
	b.Helper()
	folder, err := longHistory()
	if err != nil {
		b.Fatal(err)
	}
	return open(b, folder)
}

// BenchmarkList reads pages of a history of 100,000 runs.
func BenchmarkList(b *testing.B) {
	s := longStore(b)
	defer s.Close()
	for name, query := range map[string]aurea.RunQuery{
		"all":            {},
		"200":            {Limit: aurea.MaxPage},
		"middle":         {Until: storetest.Began.Add(history / 2 * time.Second)},
		"name":           {Name: "name-7"},
		"status":         {Statuses: []aurea.Status{aurea.StatusFailed}},
		"statuses":       {Statuses: []aurea.Status{aurea.StatusCompleted, aurea.StatusFailed}},
		"label":          {Labels: map[string]string{"commit": "50000"}},
		"labels":         {Labels: map[string]string{"branch": "main", "commit": "50000"}},
		"workload":       {Workload: "sleep"},
		"workload+none":  {Workload: "sleep", Name: "none"},
		"status+kind":    {Workload: "sleep", Statuses: []aurea.Status{aurea.StatusFailed}},
		"status+running": {Statuses: []aurea.Status{aurea.StatusRunning, aurea.StatusQueued}},
	} {
		b.Run(name, func(b *testing.B) {
			var took []time.Duration
			for b.Loop() {
				start := time.Now()
				if _, err := s.List(b.Context(), query); err != nil {
					b.Fatal(err)
				}
				took = append(took, time.Since(start))
			}
			report(b, took)
		})
	}
}

// BenchmarkOpen opens that history and reads its first page.
func BenchmarkOpen(b *testing.B) {
	if err := longStore(b).Close(); err != nil {
		b.Fatal(err)
	}
	folder, _ := longHistory()
	for b.Loop() {
		s, err := store.Open(b.Context(), folder, store.Options{})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := s.List(b.Context(), aurea.RunQuery{}); err != nil {
			b.Fatal(err)
		}
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
	info, err := os.Stat(filepath.Join(folder, "aurea.db"))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(info.Size())/history, "bytes/run")
}

// BenchmarkPrune deletes the oldest thousand of 100,000 runs. It is the last
// benchmark, because it changes the history.
func BenchmarkPrune(b *testing.B) {
	s := longStore(b)
	defer s.Close()
	left := int64(history)
	for b.Loop() {
		left -= 1000
		if n, err := s.Prune(b.Context(), aurea.Retention{Runs: left}); err != nil || n != 1000 {
			b.Fatal(n, err)
		}
	}
}
