//go:build unix

package torture

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// startRigWithRows starts a service that has a file of rows, numbers.csv, and three
// workers, which have no files.
func startRigWithRows(t *testing.T, rows int) *rig {
	t.Helper()
	t.Parallel()
	leaveOut(t)
	r := &rig{t: t, dir: t.TempDir(), files: t.TempDir(), row: "/{{data.n}}", target: startTarget(t, 0)}
	var content strings.Builder
	content.WriteString("n\n")
	for i := range rows {
		fmt.Fprintln(&content, i)
	}
	if err := os.WriteFile(filepath.Join(r.files, "numbers.csv"), []byte(content.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	r.startAll(3)
	return r
}

// checkRows checks that each job had its row of so many, and returns how many jobs
// came.
func (r *rig) checkRows(rows int64) (jobs int64) {
	r.t.Helper()
	for _, a := range r.target.seen() {
		if want := strconv.FormatInt(a.job%rows, 10); a.row != want {
			r.t.Errorf("job %d had row %q, want %s", a.job, a.row, want)
		}
		jobs++
	}
	return jobs
}

// Each row is used once over all workers. The run ends when they are used up, and
// says so.
func TestRowsOnceOverWorkers(t *testing.T) {
	r := startRigWithRows(t, 500)
	run := r.finish(r.submit(`"rate": 500, "duration": "60s", "workers": 3,
		"data": {"file": "numbers.csv", "order": "once"}`))
	r.exact(run)
	if jobs := r.checkRows(500); jobs != 500 {
		t.Errorf("%d rows were used, want each of 500 once", jobs)
	}
	const want = "the run ended when its jobs had used the 500 rows of numbers.csv, each once; "
	if w := strings.Join(run.Result.Warnings, "\n"); !strings.Contains(w, want) {
		t.Errorf("the warnings are %q, want %s", w, want)
	}
}

// When a worker is killed, no other worker uses its rows, and the others use all of
// their own.
func TestRowsOfKilledWorker(t *testing.T) {
	r := startRigWithRows(t, 1500)
	id := r.submit(`"rate": 200, "duration": "60s", "workers": 3, "max_lost_fraction": 0.5,
		"data": {"file": "numbers.csv", "order": "once"}`)
	r.target.await(t, 300)
	r.workers[0].kill()
	run := r.finish(id)
	if run.Status != aurea.StatusCompleted {
		t.Fatalf("the run is %s: %s", run.Status, run.Error)
	}
	c := run.Result.Counts
	if c.Planned != 1500 || c.Lost == 0 || c.OK+c.Lost != c.Planned {
		t.Errorf("the counts are %+v", c)
	}
	if jobs := r.checkRows(1500); jobs < c.OK {
		t.Errorf("%d rows were used by %d jobs", jobs, c.OK)
	}
}

// A run with rows goes on when its server is started again, although the rows are
// not there any more.
func TestRowsWhenServerRestarts(t *testing.T) {
	r := startRigWithRows(t, 1200)
	id := r.submit(`"rate": 200, "duration": "60s", "workers": 3, "data": {"file": "numbers.csv", "order": "once"}`)
	r.target.await(t, 300)
	r.server.kill()
	if err := os.Remove(filepath.Join(r.files, "numbers.csv")); err != nil {
		t.Fatal(err)
	}
	time.Sleep(500 * time.Millisecond)
	r.serve()
	run := r.finish(id)
	r.exact(run)
	if jobs := r.checkRows(1200); jobs != 1200 {
		t.Errorf("%d rows were used, want each of 1200 once", jobs)
	}
}
