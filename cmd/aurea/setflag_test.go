package main

import (
	"encoding/json"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
)

// specOf returns the spec that a command line of aurea run stands for, as JSON.
func specOf(t *testing.T, stdin string, args ...string) (string, error) {
	t.Helper()
	var encoded []byte
	command := &cobra.Command{Use: "run", SilenceErrors: true, SilenceUsage: true,
		RunE: func(command *cobra.Command, args []string) error {
			spec, _, err := readSpec(command, args)
			encoded, _ = json.Marshal(spec)
			return err
		}}
	addSpecFlags(command.Flags())
	command.SetArgs(args)
	command.SetIn(strings.NewReader(stdin))
	command.SetErr(io.Discard)
	err := command.Execute()
	return string(encoded), err
}

// A path of --set reaches every value of a spec. It overrides the file and the
// other flags.
func TestSet(t *testing.T) {
	const file = `
num_jobs: 10
workload: &job {kind: http, url: "http://localhost:1/", headers: {A: x}}
labels: {a.b: c}
thresholds: ["p99 < 1s"]
`
	const before = `{"num_jobs":10,"workload":{"headers":{"A":"x"},"kind":"http","url":"http://localhost:1/"},` +
		`"thresholds":["p99 < 1s"],"labels":{"a.b":"c"},"include_jobs":false}`
	for _, test := range []struct {
		sets []string
		want map[string]string // replacements of before
	}{
		{nil, nil},
		{[]string{"num_jobs=20"}, map[string]string{`"num_jobs":10`: `"num_jobs":20`}},
		{[]string{"num_jobs=20", "num_jobs=30"}, map[string]string{`"num_jobs":10`: `"num_jobs":30`}},
		{[]string{"workload.url=http://localhost:2/?a=b"},
			map[string]string{`http://localhost:1/`: `http://localhost:2/?a=b`}},
		{[]string{"workload.headers.A.b=y"}, map[string]string{`{"A":"x"}`: `{"A":"x","A.b":"y"}`}},
		{[]string{"labels.a.b=7"}, map[string]string{`"a.b":"c"`: `"a.b":"7"`}},
		{[]string{"labels.a.b=null"}, map[string]string{`,"labels":{"a.b":"c"}`: ``}},
		{[]string{"thresholds[0]=p50 < 2s"}, map[string]string{`p99 < 1s`: `p50 < 2s`}},
		{[]string{"thresholds[1]=p50 < 2s"}, map[string]string{`["p99 < 1s"]`: `["p99 < 1s","p50 < 2s"]`}},
		{[]string{"thresholds[0]=null"}, map[string]string{`"thresholds":["p99 < 1s"],`: ``}},
		{[]string{"thresholds=[]"}, map[string]string{`"thresholds":["p99 < 1s"],`: ``}},
		{[]string{"name=5"}, map[string]string{`"labels"`: `"name":"5","labels"`}},
		{[]string{"pricing.per_job=2", "pricing.currency=EUR"},
			map[string]string{`"labels"`: `"pricing":{"per_second":0.001,"per_job":2,"currency":"EUR"},"labels"`}},
		{[]string{`workload={"kind":"noop"}`},
			map[string]string{`{"headers":{"A":"x"},"kind":"http","url":"http://localhost:1/"}`: `{"kind":"noop"}`}},
	} {
		args := []string{"-"}
		for _, set := range test.sets {
			args = append(args, "--set", set)
		}
		got, err := specOf(t, file, append(args, "--jobs", "10")...)
		if err != nil {
			t.Errorf("%q: %v", test.sets, err)
			continue
		}
		want := before
		for old, replacement := range test.want {
			want = strings.ReplaceAll(want, old, replacement)
		}
		var gotValue, wantValue any
		if err := json.Unmarshal([]byte(got), &gotValue); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal([]byte(want), &wantValue); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(wantValue, gotValue); diff != "" {
			t.Errorf("%q (-want +got):\n%s", test.sets, diff)
		}
	}
}

// A value that a YAML alias repeats changes at one place only, and items of
// stages are reached.
func TestSetAlias(t *testing.T) {
	got, err := specOf(t, `
workload: {kind: mix, parts: [&p {name: a, workload: &w {kind: sleep, duration: 1ms}}, {name: b, workload: *w}]}
stages: [{duration: 1s, concurrency: 1}]
`, "-", "--set", "workload.parts[0].workload.duration=5ms", "--set", "stages[0].concurrency=7")
	if err != nil {
		t.Fatal(err)
	}
	checkContains(t, "the spec", got, `"duration":"5ms"`, `"duration":"1ms"`, `"concurrency":7`)
}

func TestSetErrors(t *testing.T) {
	for _, test := range []struct{ set, want string }{
		{"num_jobs",
			`--set must be path=value, such as --set workload.url=http://localhost:8080/ or --set ` +
				`stages[0].rate=200; got "num_jobs"`},
		{"=5", `--set must be path=value`},
		{"num_jobs.x=5", `--set num_jobs.x: there is no member x: around it is 10`},
		{"num_jobs[0]=5", `--set num_jobs[0]: there is no item 0: around it is 10`},
		{"stages[1].rate=5", `--set stages[1].rate: there is no item 1: the list has 0, counted from 0`},
		{"stages[x]=5", `--set stages[x]: an item of a list is its number from 0 in brackets`},
		{"stages[0]x=5", `--set stages[0]x: an item of a list is its number from 0 in brackets`},
		{".num_jobs=5", `--set .num_jobs: a path is names with dots between them, such as workload.url`},
		{`pricing={"per_job":1,"per_job":2}`, `--set pricing: `},
	} {
		_, err := specOf(t, "num_jobs: 10", "-", "--set", test.set)
		if err == nil || !strings.HasPrefix(err.Error(), test.want) {
			t.Errorf("%s: %v\nwant %s", test.set, err, test.want)
		}
	}
	for _, test := range []struct{ set, want string }{
		{"num_jobs=ten", `aurea: --set num_jobs: must be an integer from 1 to 10000000; got "ten"`},
		{"num_job=10", `aurea: --set num_job: `},
		{"workload.duration=fast", `aurea: --set workload.duration: must be a duration`},
	} {
		code, _, stderr := runCommand(t, "", "run", "--jobs", "10", "--workload", "sleep", "--set", test.set)
		checkExit(t, test.set, code, exitUsage, stderr)
		checkContains(t, test.set, stderr, test.want)
	}
}
