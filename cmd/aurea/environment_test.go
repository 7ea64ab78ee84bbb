package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/aurea-orchestrator/aurea/param"
)

// setVariables sets environment variables given as NAME=value.
func setVariables(t *testing.T, variables []string) {
	t.Helper()
	for _, variable := range variables {
		name, value, _ := strings.Cut(variable, "=")
		t.Setenv(name, value)
	}
}

// specJSON runs a benchmark and returns its spec as compact JSON.
func specJSON(t *testing.T, args ...string) string {
	t.Helper()
	code, result := runForResult(t, "", args...)
	if code != exitOK && code != exitInvalid && code != exitThreshold {
		t.Errorf("%v: exit %d", args, code)
	}
	encoded, err := param.PlainJSON(result.Spec)
	if err != nil {
		t.Fatal(err)
	}
	return string(encoded)
}

// Flags override the file, the file overrides the environment, and that
// overrides the defaults. An empty variable counts as unset.
func TestLayers(t *testing.T) {
	spec := writeTestFile(t, "spec.yaml", "num_jobs: 2\nworkload: {kind: noop}\nname: file\nlabels: {a: file}\nseed: 1\n"+
		"thresholds: [\"throughput > 0\"]\n")
	short := writeTestFile(t, "short.yaml", "num_jobs: 1\njob_duration_ms: 1\n")
	for name, test := range map[string]struct {
		variables, args []string
		want            string
	}{
		"empty": {
			[]string{
				"AUREA_THRESHOLD=", "AUREA_NAME=", "AUREA_SEED=", "AUREA_LABEL=", "AUREA_PARAM=", "AUREA_WORKLOAD=",
				"AUREA_INCLUDE_JOBS=", "AUREA_OUTPUT=", "AUREA_SERVER=", "AUREA_QUIET=",
			},
			[]string{spec},
			`{"num_jobs":2,"workload":{"kind":"noop"},"thresholds":["throughput > 0"],"seed":1,"name":"file","labels":{"a":"file"},"include_jobs":false}`,
		},
		"below the file": {
			[]string{
				"AUREA_JOBS=9", "AUREA_THRESHOLD=p99 < 1h", "AUREA_NAME=env", "AUREA_SEED=2", "AUREA_LABEL=a=env",
				"AUREA_WORKLOAD=sleep", "AUREA_PARAM=duration=1ms", "AUREA_JOB_DURATION=1ms",
			},
			[]string{spec},
			`{"num_jobs":2,"workload":{"kind":"noop"},"thresholds":["throughput > 0"],"seed":1,"name":"file","labels":{"a":"file"},"include_jobs":false}`,
		},
		"above the defaults": {
			[]string{"AUREA_CONCURRENCY=1", "AUREA_LABEL=b=env", "AUREA_RUN_TIMEOUT=1m"}, []string{spec},
			`{"num_jobs":2,"workload":{"kind":"noop"},"concurrency":1,"timeout":"1m0s","thresholds":["throughput > 0"],"seed":1,"name":"file","labels":{"a":"file","b":"env"},"include_jobs":false}`,
		},
		"below flags": {
			[]string{"AUREA_JOBS=9", "AUREA_NAME=env", "AUREA_WORKLOAD=sleep", "AUREA_PARAM=duration=1h"},
			[]string{"--jobs", "3", "--name", "flag", "--workload", "noop", "--seed", "1"},
			`{"num_jobs":3,"workload":{"kind":"noop"},"seed":1,"name":"flag","include_jobs":false}`,
		},
		"alone": {
			[]string{"AUREA_JOBS=4", "AUREA_WORKLOAD=sleep", "AUREA_PARAM=duration=1ms", "AUREA_SEED=5"}, nil,
			`{"num_jobs":4,"workload":{"duration":"1ms","kind":"sleep"},"seed":5,"include_jobs":false}`,
		},
		"with a flag's parameter": {
			[]string{"AUREA_JOBS=4", "AUREA_WORKLOAD=sleep", "AUREA_PARAM=duration=1h", "AUREA_SEED=5"},
			[]string{"--param", "duration=1ms"},
			`{"num_jobs":4,"workload":{"duration":"1ms","kind":"sleep"},"seed":5,"include_jobs":false}`,
		},
		"another way to say it": {
			[]string{"AUREA_WORKLOAD=http", "AUREA_PARAM=url=http://127.0.0.1:1/", "AUREA_SEED=5"}, []string{short},
			`{"num_jobs":1,"job_duration_ms":1,"seed":5,"include_jobs":false}`,
		},
		"the closest": {
			[]string{"AUREA_JOBS=9", "AUREA_RUN_JOBS=1", "AUREA_JOB_DURATION=1ms", "AUREA_SEED=5"}, nil,
			`{"num_jobs":1,"job_duration_ms":1,"seed":5,"include_jobs":false}`,
		},
		"cleared by a flag": {
			nil, []string{spec, "--name", ""},
			`{"num_jobs":2,"workload":{"kind":"noop"},"thresholds":["throughput > 0"],"seed":1,"labels":{"a":"file"},"include_jobs":false}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			setVariables(t, test.variables)
			if got := specJSON(t, test.args...); got != test.want {
				t.Errorf("\n got %s\nwant %s", got, test.want)
			}
		})
	}
}

// An error names the source of a value: the variable, the flag, or the line.
func TestOrigins(t *testing.T) {
	spec := writeTestFile(t, "spec.yaml", "num_jobs: 5\nworkload:\n  kind: sleep\n  jitter: 2\n")
	for _, test := range []struct {
		variables  []string
		args, want string
	}{
		{[]string{"AUREA_JOBS=x"}, "run", `aurea: AUREA_JOBS: must be an integer from 1 to 10000000; got "x"`},
		{[]string{"AUREA_RUN_JOBS=x"}, "run", `aurea: AUREA_RUN_JOBS: `},
		{[]string{"AUREA_RATE=x"}, "run " + spec,
			`aurea: AUREA_RATE: must be a number from 0.000001 to 100000000; got "x"`},
		{nil, "run --workload sleep --jobs 1 --param jitter=3",
			`aurea: --param jitter: must be a number from 0 to 1; got 3`},
		{nil, "run --jobs 1 --workload http", `aurea: --param url: is needed: `},
		{nil, "run http://127.0.0.1:1/ --jobs 1 --param max_bytes=x",
			`aurea: --param max_bytes: must be an integer from 1 to 1099511627776; got "x"`},
		{nil, "run http://[::1/ --jobs 1", `aurea: the URL: must be a URL such as `},
		{nil, "run " + spec + " --param duration=x", spec + ":4:3: workload.jitter: must be a number from 0 to 1; got 2\n"},
		{nil, "run " + spec + " --param duration=x",
			`aurea: --param duration: must be a duration such as "250ms" from 0s to 1h; got "x"`},
		{[]string{"AUREA_PARAM=a"}, "run " + spec, `aurea: AUREA_PARAM must be key=value; got "a"`},
		{[]string{"AUREA_JOB_DURATION=5"}, "run --jobs 5", `aurea: AUREA_JOB_DURATION must be a duration such as 100ms; got "5"`},
		{[]string{"AUREA_OUTPUT=jsn"}, "run", `aurea: AUREA_OUTPUT must be one of html, json, junit, markdown, text; got "jsn"; did you mean json?`},
		{[]string{"AUREA_LISTEN=5000"}, "serve", `aurea: AUREA_LISTEN must be HOST:PORT, such as 127.0.0.1:5000; got "5000"`},
		{[]string{"AUREA_ALLOW_TARGET=http://api/"}, "serve", `aurea: AUREA_ALLOW_TARGET: target "http://api/" is a URL`},
		{[]string{"AUREA_QUEUE=many"}, "serve", `aurea: environment variable AUREA_QUEUE must be a whole number; got "many"`},
		{[]string{"AUREA_GRACE=10"}, "serve", `aurea: environment variable AUREA_GRACE must be a duration such as 10s; got "10"`},
		{[]string{"AUREA_MAX_MEMORY=lots"}, "serve", `aurea: environment variable AUREA_MAX_MEMORY must be a number of bytes such as 2GB, 512MiB or 1048576; got "lots"`},
		{[]string{"AUREA_INSECURE=perhaps"}, "serve", `aurea: environment variable AUREA_INSECURE must be true or false; got "perhaps"`},
		{[]string{"AUREA_LISTEN=", "AUREA_QUEUE=", "AUREA_GRACE=", "AUREA_INSECURE=", "AUREA_MAX_MEMORY=", "AUREA_STORE=", "AUREA_DATA=", "AUREA_LOG_LEVEL=", "AUREA_ALLOW_TARGET="}, "serve --queue 0", `aurea: --queue must be at least 1; got 0`},
	} {
		t.Run(strings.Join(test.variables, " ")+" "+test.args, func(t *testing.T) {
			setVariables(t, test.variables)
			code, _, stderr := runCommand(t, "", strings.Fields(test.args)...)
			if code != exitUsage || !strings.Contains(stderr, test.want) {
				t.Errorf("exit %d, %q; want %q", code, stderr, test.want)
			}
		})
	}
}

// Variables of aurea run do not affect other commands.
func TestVariablesOfOtherCommands(t *testing.T) {
	base, head := writeResultsFile(t, "base.json", 1, 2, 3, 4), writeResultsFile(t, "head.json", 1, 2, 3, 4)
	_, want, _ := runCommand(t, "", "compare", base, head)
	setVariables(t, []string{
		"AUREA_OUTPUT=junit", "AUREA_THRESHOLD=p99 < 1s", "AUREA_NAME=nightly", "AUREA_LABEL=x", "AUREA_WORKLOAD=http",
		"AUREA_JOBS=x",
	})
	code, got, stderr := runCommand(t, "", "compare", base, head)
	if code == exitUsage || got != want {
		t.Errorf("exit %d, %s\n%s\nwant\n%s", code, stderr, got, want)
	}
	t.Setenv("AUREA_COMPARE_OUTPUT", "json")
	if _, got, _ = runCommand(t, "", "compare", base, head); !strings.HasPrefix(got, "{") {
		t.Errorf("AUREA_COMPARE_OUTPUT=json gives %s", got)
	}
	if code, _, stderr := runCommand(t, "", "runs", "list", "--server", "http://127.0.0.1:1"); code != exitFailure {
		t.Errorf("runs list: exit %d, %s", code, stderr)
	}
}

// A flag of several commands means the same in all of them, or has a variable
// for each.
func TestSharedFlagsMeanTheSame(t *testing.T) {
	meanings := map[string]map[string]bool{}
	var visit func(*cobra.Command)
	visit = func(c *cobra.Command) {
		c.Flags().VisitAll(func(flag *pflag.Flag) {
			if _, own := flag.Annotations[ownVariableAnnotation]; own {
				return // in this command it means something else, and has another variable
			}
			if meanings[flag.Name] == nil {
				meanings[flag.Name] = map[string]bool{}
			}
			if c.Name() == "run" {
				meanings[flag.Name]["run"] = true
			}
			names := variableNames(c, flag.Name)
			if names[len(names)-1] == variableNames(newRootCommand(), flag.Name)[0] {
				meanings[flag.Name]["shared"] = true
			} else {
				meanings[flag.Name]["own"] = true
			}
		})
		for _, child := range c.Commands() {
			visit(child)
		}
	}
	visit(newRootCommand())
	for name, has := range meanings {
		unshared := slices.Contains(unsharedFlags, name)
		if unshared != has["own"] {
			t.Errorf("--%s is unshared: %v, but has a variable for each command: %v", name, unshared, has["own"])
		}
		if unshared && !has["run"] {
			t.Errorf("--%s is unshared, but aurea run lacks it", name)
		}
	}
}

// A flag with an empty value, usually an unset shell variable, is refused.
func TestEmptyFlags(t *testing.T) {
	spec := writeTestFile(t, "spec.yaml", "num_jobs: 1\njob_duration_ms: 1\nthresholds: [\"throughput > 1e12\"]\n")
	for _, flag := range []string{
		"threshold", "label", "param", "seed", "rate", "duration", "workload", "server", "push", "output", "arrival",
		"scratch",
	} {
		code, _, stderr := runCommand(t, "", "run", spec, "--"+flag, "")
		if want := "aurea: --" + flag + " is given without a value"; code != exitUsage || !strings.HasPrefix(stderr, want) {
			t.Errorf("exit %d, %q; want %q", code, stderr, want)
		}
	}
}
