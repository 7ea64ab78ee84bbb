package main

import (
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

// A flag of another tool is answered with what does the same here.
func TestForeignFlags(t *testing.T) {
	for args, want := range map[string]string{
		"--vus 5":      "unknown flag: --vus; here it is -c (--concurrency); see aurea run --help",
		"--rps=5":      "unknown flag: --rps; here it is -r (--rate); see aurea run --help",
		"--qps 5":      "unknown flag: --qps; here it is -r (--rate); see aurea run --help",
		"--requests 5": "unknown flag: --requests; here it is -n (--jobs); see aurea run --help",
		"--data x":     "unknown flag: --data; here it is -d (--body); see aurea run --help",
		"--spawn-rate 5": "unknown flag: --spawn-rate; here it is stages in the spec, such as {duration: 30s, " +
			"concurrency: 100}",
		"-t 5":               "unknown flag: -t; here it is -m for the timeout of a job, -z for the duration of the run",
		"-k":                 "unknown flag: -k; here it is --param tls.skip_verify=true",
		"-duration=5s":       "unknown flag: -duration; did you mean --duration?",
		"-disable-keepalive": "unknown flag: -disable-keepalive; here it is --param keepalive=false; see aurea",
		"-qps=5":             "unknown flag: -qps; here it is -r (--rate); see aurea run --help",
		"-u me:secret":       "unknown flag: -u; here it is -H 'Authorization: TEXT'",
		"-rate 5":            "unknown flag: -rate; did you mean --rate?",
		"-n 1 -- -rate":      "-rate: no such file",
		"-n 1 --xyzzy 5":     "unknown flag: --xyzzy; see aurea run --help",
		"-n5 -c2 -wrkload":   "unknown flag: -w; see aurea run --help",
	} {
		code, _, stderr := runCommand(t, "", append([]string{"run"}, strings.Fields(args)...)...)
		checkExit(t, args, code, exitUsage, stderr)
		checkContains(t, args, stderr, want)
	}
	_, _, stderr := runCommand(t, "", "serve", "--vus", "5")
	checkContains(t, "a command without jobs", stderr, "unknown flag: --vus; see aurea serve --help")
}

// The table names no flag that aurea run has, and answers with flags that it
// has.
func TestForeignFlagTable(t *testing.T) {
	flags := newRunCommand().Flags()
	lookup := func(name string) *pflag.Flag {
		if short, ok := strings.CutPrefix(name, "-"); ok && len(short) == 1 {
			return flags.ShorthandLookup(short)
		}
		return flags.Lookup(strings.TrimPrefix(name, "--"))
	}
	for foreign, ours := range foreignFlags {
		if lookup(foreign) != nil {
			t.Errorf("%s is a flag of aurea run", foreign)
		}
		for _, word := range strings.Fields(ours) {
			if strings.HasPrefix(word, "-") && lookup(word) == nil {
				t.Errorf("%s: aurea run has no %s", foreign, word)
			}
		}
	}
}
