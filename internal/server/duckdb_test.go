package server

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/aureatest"
	"github.com/aurea-orchestrator/aurea/internal/runs"
)

// duckDB queries a Parquet file with DuckDB, a reader independent of the
// writer. It returns numbers as text.
func duckDB(t *testing.T, file, query string) (rows []map[string]any) {
	t.Helper()
	node := aureatest.Need(t, "node")
	folder := filepath.Dir(npmPackages(t, "duckdb"))
	command := exec.CommandContext(t.Context(), node, "query.mjs", file, query)
	command.Dir = folder
	var stderr strings.Builder
	command.Stderr = &stderr
	answer, err := command.Output()
	if err == nil {
		err = json.Unmarshal(answer, &rows)
	}
	if err != nil {
		t.Fatalf("%s: %v\n%s", query, err, &stderr)
	}
	return rows
}

// Another reader finds every column of every job in a Parquet export, over
// several row groups and with failed jobs.
func TestDuckDBReadsExport(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("left out: it starts DuckDB")
	}
	s := serve(t, runs.Options{})
	id := s.finished(`{"num_jobs": 300000, "concurrency": 100, "workload": {"kind": "noop", "failure": {"rate": 0.1, "kind": "error"}}}`)["id"].(string)
	answer := s.call("GET", "/v1/runs/"+id+"/jobs?format=parquet", nil)
	file := filepath.Join(t.TempDir(), "what's exported.parquet")
	if err := os.WriteFile(file, answer.body, 0o600); err != nil {
		t.Fatal(err)
	}

	var jobs, ok, start, delay, service, ninth int64
	first, last := int64(1<<62), int64(-1)
	sample := []map[string]any{}
	for job, err := range s.manager.Jobs(t.Context(), id) {
		if err != nil {
			t.Fatal(err)
		}
		jobs++
		if job.Outcome == aurea.OK {
			ok++
		}
		start += int64(job.Start)
		delay += int64(job.Start - job.Intended)
		service += int64(job.End - job.Start)
		ninth += job.Index % 9 * int64(job.Start%1_000_003) // detects exchanged pairs
		first, last = min(first, int64(job.Start)), max(last, int64(job.Start))
		if job.Index%60_000 == 7 {
			sample = append(sample, map[string]any{
				"job": fmt.Sprint(job.Index), "start_ns": fmt.Sprint(int64(job.Start)),
				"delay_ns":        fmt.Sprint(int64(job.Start - job.Intended)),
				"service_time_ns": fmt.Sprint(int64(job.End - job.Start)), "status": job.Outcome.String(),
			})
		}
	}
	if jobs != 300_000 || len(sample) != 5 {
		t.Fatalf("%d jobs, %d in the sample; want 300000 and 5", jobs, len(sample))
	}
	if ok == 0 || ok == jobs {
		t.Fatalf("%d of %d jobs are ok, want some but not all", ok, jobs)
	}
	for query, want := range map[string][]map[string]any{
		`SELECT column_name, column_type FROM (DESCRIBE jobs)`: {
			{"column_name": "job", "column_type": "BIGINT"}, {"column_name": "start_ns", "column_type": "BIGINT"},
			{"column_name": "delay_ns", "column_type": "BIGINT"},
			{"column_name": "service_time_ns", "column_type": "BIGINT"},
			{"column_name": "status", "column_type": "VARCHAR"},
		},
		`SELECT count(*) AS n, sum(start_ns) AS start, sum(delay_ns) AS delay, sum(service_time_ns) AS service,
			sum(job % 9 * (start_ns % 1000003)) AS ninth, min(start_ns) AS first, max(start_ns) AS last,
			min(job) AS low, max(job) AS high, count(DISTINCT job) AS jobs FROM jobs`: {{
			"n": fmt.Sprint(jobs), "start": fmt.Sprint(start), "delay": fmt.Sprint(delay),
			"service": fmt.Sprint(service), "ninth": fmt.Sprint(ninth),
			"first": fmt.Sprint(first), "last": fmt.Sprint(last), "low": "0", "high": "299999",
			"jobs": fmt.Sprint(jobs),
		}},
		`SELECT status, count(*) AS n FROM jobs GROUP BY status ORDER BY status`: {
			{"status": "failed", "n": fmt.Sprint(jobs - ok)}, {"status": "ok", "n": fmt.Sprint(ok)},
		},
		`SELECT * FROM jobs WHERE job % 60000 = 7 ORDER BY job`: sample,
	} {
		if diff := cmp.Diff(want, duckDB(t, file, query)); diff != "" {
			t.Errorf("%s (-kept +read):\n%s", query, diff)
		}
	}
}
