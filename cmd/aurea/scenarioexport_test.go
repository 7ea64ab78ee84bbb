package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"
)

// Every form of the jobs of a run names the scenario of each job.
func TestExportOfScenarios(t *testing.T) {
	place := []string{"--history", filepath.Join(t.TempDir(), "history")}
	spec := writeTestFile(t, "spec.yaml", `
include_jobs: true
scenarios:
  - {name: sign_in, num_jobs: 3, job_duration_ms: 1}
  - {name: browse, start: 0s, num_jobs: 5, job_duration_ms: 1}
`)
	code, result, stderr := runCommand(t, "", append([]string{"run", spec, "-o", "json"}, place...)...)
	checkExit(t, "the run", code, exitOK, stderr)
	export := func(format string) string {
		file := filepath.Join(t.TempDir(), "jobs")
		args := []string{"runs", "export", "last", "--format", format, "-f", file}
		code, _, stderr := runCommand(t, "", append(args, place...)...)
		checkExit(t, "the export as "+format, code, exitOK, stderr)
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		return string(content)
	}
	table := export("csv")
	checkContains(t, "the header", strings.SplitAfter(table, "\n")[0], ",cost,scenario\n")
	got := map[string][2]int{
		"csv":    {strings.Count(table, ",sign_in\n"), strings.Count(table, ",browse\n")},
		"result": namedScenarios(result),
		"ndjson": namedScenarios(export("ndjson")),
	}
	content := export("parquet")
	rows, err := parquet.Read[struct {
		Scenario string `parquet:"scenario"`
	}](strings.NewReader(content), int64(len(content)))
	if err != nil {
		t.Fatal(err)
	}
	var counts [2]int
	for _, row := range rows {
		counts[map[string]int{"sign_in": 0, "browse": 1}[row.Scenario]]++
	}
	got["parquet"] = counts
	want := map[string][2]int{"csv": {3, 5}, "result": {3, 5}, "ndjson": {3, 5}, "parquet": {3, 5}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("jobs of the two scenarios (-want +got):\n%s", diff)
	}
}

// namedScenarios counts the jobs in JSON that name each scenario.
func namedScenarios(text string) [2]int {
	return [2]int{strings.Count(text, `"scenario":"sign_in"`), strings.Count(text, `"scenario":"browse"`)}
}
