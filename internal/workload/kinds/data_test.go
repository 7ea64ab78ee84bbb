package kinds_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/files"
	"github.com/aurea-orchestrator/aurea/internal/workload"
	"github.com/aurea-orchestrator/aurea/internal/workload/kinds"
	"github.com/aurea-orchestrator/aurea/internal/workload/workloadtest"
)

// dataPlan returns a plan of a workload with a file of users.
func dataPlan(t *testing.T, order, w string) aurea.Plan {
	t.Helper()
	spec := aurea.Spec{Timeout: aurea.Duration(time.Minute), Data: &aurea.Data{File: "users.csv", Order: order}}
	return aurea.Plan{Spec: spec, Workload: workloadtest.Workload(t, w), Seed: 5, Concurrency: 1}
}

// dataKinds returns the kinds with a directory of files for plans with data.
func dataKinds(t *testing.T, o kinds.Options) *workload.Set {
	t.Helper()
	dir := t.TempDir()
	const users = "user,password\nann,\"a \"\"b\"\" & c\"\nbob,s3\ncid,s4\n"
	if err := os.WriteFile(filepath.Join(dir, "users.csv"), []byte(users), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "broken.csv"), []byte("a,b\n1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	o.Files = files.Under(dir)
	return kinds.New(o)
}

// All steps of a job have the same row, in every template, escaped for its place.
func TestDataOfAJob(t *testing.T) {
	var mu sync.Mutex
	var asked []string
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body := make([]byte, 200)
		n, _ := r.Body.Read(body)
		mu.Lock()
		defer mu.Unlock()
		asked = append(asked, r.RequestURI+" "+r.Header.Get("X-User")+" "+string(body[:n]))
	})
	plan := dataPlan(t, aurea.OrderSequential, strings.ReplaceAll(`{"kind": "steps", "steps": [
		{"kind": "http", "url": "URL/?p={{data.password}}", "headers": {"X-User": "{{data.user}}"}},
		{"kind": "noop"},
		{"kind": "http", "url": "URL/", "body": {"{{data.user}}": "{{data.password}}"}}]}`, "URL", url))
	jobs := workloadtest.OpenPlan(t, dataKinds(t, kinds.Options{}), plan)
	for _, job := range []int64{0, 4} {
		if o := workloadtest.Run(t, jobs, job, time.Minute); o.Err != nil {
			t.Fatal(o.Err)
		}
	}
	want := []string{
		"/?p=a+%22b%22+%26+c ann ", `/  {"ann":"a \"b\" & c"}`,
		"/?p=s3 bob ", `/  {"bob":"s3"}`,
	}
	if diff := cmp.Diff(want, asked); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
}

// An operator's list may hand the data to programs.
func TestDataOfAProgram(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	list := fmt.Sprintf(`{"commands": {"sh": {"path": %q,
		"args": ["-c", "printf '%%s|' \"$@\" >> %s", "sh", "--user={{data.user}}", "{{data.password}}"]}}}`,
		found(t, "sh"), out)
	set := dataKinds(t, kinds.Options{Commands: listed(t, list)})
	plan := dataPlan(t, aurea.OrderOnce, `{"kind": "exec", "command": "sh"}`)
	jobs := workloadtest.OpenPlan(t, set, plan)
	for job := range int64(2) {
		if o := workloadtest.Run(t, jobs, job, time.Minute); o.Err != nil {
			t.Fatal(o.Err)
		}
	}
	content, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := string(content), `--user=ann|a "b" & c|--user=bob|s3|`; got != want {
		t.Errorf("the programs got %s, want %s", got, want)
	}
	plan.Spec.Data = nil
	_, err = set.Resolve(plan)
	const want = "workload.command: has {{data.user}}, and the spec has no data"
	if got := workloadtest.Message(err); got != want {
		t.Errorf("without data: %s, want %s", got, want)
	}
}

// What is wrong with the data is refused when a plan is resolved.
func TestWrongData(t *testing.T) {
	const w = `{"kind": "http", "url": "http://localhost/{{data.user}}"}`
	plan := dataPlan(t, aurea.OrderSequential, w)
	for file, want := range map[string]string{
		"users.csv":  "",
		"none.csv":   `data.file: names "none.csv", which cannot be opened: no such file or directory`,
		"broken.csv": "data.file: broken.csv:2:1: has 1 values for 2 columns",
		"a.xml":      `data.file: must be a file .csv, .json, .ndjson or .jsonl; got "a.xml"`,
	} {
		p := plan
		p.Spec.Data = &aurea.Data{File: file}
		_, err := dataKinds(t, kinds.Options{}).Resolve(p)
		if got := workloadtest.Message(err); got != want {
			t.Errorf("%s: %q, want %q", file, got, want)
		}
	}
	_, err := kinds.New(kinds.Options{}).Resolve(plan)
	const want = "data.file: names a file, and this service has none; " +
		"the operator can give it a directory with --files"
	if got := workloadtest.Message(err); got != want {
		t.Errorf("without a directory: %s, want %s", got, want)
	}
	misspelled := dataPlan(t, aurea.OrderSequential, strings.ReplaceAll(w, "user", "usr"))
	_, err = dataKinds(t, kinds.Options{}).Resolve(misspelled)
	const near = "workload.url: has {{data.usr}}, which is no column of the data; did you mean {{data.user}}?"
	if got := workloadtest.Message(err); got != near {
		t.Errorf("a column that does not exist: %s, want %s", got, near)
	}
}

// A plan with data names its file, for machines that have it not, and has no more
// jobs than rows if each is used once.
func TestDataLimitsThePlan(t *testing.T) {
	for order, rows := range map[string]int64{aurea.OrderSequential: 0, aurea.OrderRandom: 0, aurea.OrderOnce: 3} {
		resolved, err := dataKinds(t, kinds.Options{}).Resolve(dataPlan(t, order, `{"kind": "noop"}`))
		if err != nil {
			t.Fatal(err)
		}
		if resolved.Rows != rows {
			t.Errorf("%s: rows for %d jobs, want %d", order, resolved.Rows, rows)
		}
		if files := resolved.Files; len(files) != 1 || files[0].Name != "users.csv" {
			t.Errorf("%s: the files are %+v, want users.csv", order, files)
		}
		if resolved.Local {
			t.Errorf("%s: a plan with data is bound to this machine", order)
		}
	}
}
