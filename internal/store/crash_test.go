package store_test

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/store"
	"github.com/aurea-orchestrator/aurea/internal/store/storetest"
)

// crashWriterEnv makes this test binary write to the database it names until it
// is killed.
const crashWriterEnv = "AUREA_STORE_VICTIM"

// writeUntilKilled creates and finishes runs from several goroutines and prints
// a line for everything that was acknowledged.
func writeUntilKilled(path string) int {
	s, err := store.Open(context.Background(), path, store.Options{})
	if err != nil {
		fmt.Println("failed", err)
		return 1
	}
	var next atomic.Int64
	for range 4 {
		go func() {
			for {
				run := storetest.NewRun(int(next.Add(1)))
				if _, err := s.Create(context.Background(), run, aurea.Submission{Owner: "victim"}); err != nil {
					fmt.Println("failed", err)
				}
				fmt.Println("created", run.ID)
				digest, err := s.Finish(context.Background(), storetest.Finished(run, 3000))
				if err != nil {
					fmt.Println("failed", err)
				}
				fmt.Println("finished", run.ID, digest)
			}
		}()
	}
	select {}
}

// A process that is killed while it writes leaves everything it acknowledged,
// and nothing incomplete.
func TestKilled(t *testing.T) {
	t.Parallel()
	rounds := 5
	if testing.Short() {
		rounds = 2
	}
	for round := range rounds {
		data := t.TempDir()
		said := runAndKillWriter(t, data, 40+37*round)
		s := open(t, data)
		for id, digest := range said {
			run, err := s.Get(t.Context(), id)
			if err != nil {
				t.Errorf("an acknowledged run: %v", err)
			}
			if digest == "" {
				continue
			}
			if run.Digest != digest {
				t.Errorf("the result of %s has the digest %s, want %s", id, run.Digest, digest)
			}
			if run.Result.Series == nil {
				t.Errorf("the result of %s has no series: %+v", id, run.Result)
			}
		}
		checkIntact(t, s)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		checkSound(t, filepath.Join(data, "aurea.db"))
	}
}

// runAndKillWriter runs the writer until it has printed the given number of
// lines, kills it, and returns the acknowledged ids, with the digests of
// finished runs.
func runAndKillWriter(t *testing.T, data string, lines int) map[string]string {
	t.Helper()
	command := exec.Command(os.Args[0])
	command.Env = append(os.Environ(), crashWriterEnv+"="+data)
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	said := map[string]string{}
	scanner := bufio.NewScanner(out)
	for n := 1; scanner.Scan(); n++ {
		words := strings.Fields(scanner.Text())
		switch {
		case len(words) == 2 && words[0] == "created":
			said[words[1]] = ""
		case len(words) == 3 && words[0] == "finished":
			said[words[1]] = words[2]
		default:
			t.Errorf("the writer printed %q", scanner.Text())
		}
		if n == lines {
			if err := command.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	var exit *exec.ExitError
	if err := command.Wait(); !errors.As(err, &exit) || exit.ExitCode() != -1 {
		t.Fatalf("the writer ended with %v, want killed", err)
	}
	return said
}

// checkIntact checks that every run of a store is finished, or interrupted by
// its recovery.
func checkIntact(t *testing.T, s *store.Store) {
	t.Helper()
	if _, _, err := s.Recover(t.Context(), "next"); err != nil {
		t.Fatal(err)
	}
	query := aurea.RunQuery{Limit: aurea.MaxPage}
	for {
		page, err := s.List(t.Context(), query)
		if err != nil {
			t.Fatal(err)
		}
		for _, run := range page.Runs {
			if err := s.Verify(t.Context(), run.ID); err != nil {
				t.Error(err)
			}
			var jobs int
			for _, err := range s.Jobs(t.Context(), run.ID) {
				if err != nil {
					t.Error(err)
				}
				jobs++
			}
			want, known := map[aurea.Status]int{aurea.StatusCompleted: 3000, aurea.StatusInterrupted: 0}[run.Status]
			if !known || jobs != want {
				t.Errorf("run %s is %s with %d jobs, want completed with 3000 or interrupted with none",
					run.ID, run.Status, jobs)
			}
		}
		if query.Cursor = page.NextCursor; query.Cursor == "" {
			return
		}
	}
}

// checkSound runs SQLite's quick_check on a file.
func checkSound(t *testing.T, path string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var answer string
	if err := db.QueryRow("PRAGMA quick_check").Scan(&answer); err != nil || answer != "ok" {
		t.Errorf("quick_check of %s: %s, %v", path, answer, err)
	}
	var left int
	err = db.QueryRow("SELECT count(*) FROM jobs j WHERE NOT EXISTS (SELECT 1 FROM runs r WHERE r.id = j.run_id " +
		"AND r.jobs = j.attempt)").Scan(&left)
	if err != nil || left != 0 {
		t.Errorf("%d blobs belong to no run, %v", left, err)
	}
}
