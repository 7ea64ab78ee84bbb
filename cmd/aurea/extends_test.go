package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// writeFiles writes files to a directory and returns it.
func writeFiles(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// Members of objects are merged, and everything else replaces what is there.
func TestExtends(t *testing.T) {
	dir := writeFiles(t, map[string]string{
		"base.yaml": "num_jobs: 5\nname: ${T_NONE}\nlabels: {a: x, b: y}\nthresholds: ['p99 < 1s', 'p50 < 1s']\n" +
			"workload: {kind: http, url: 'http://127.0.0.1:1/', headers: {A: x}, tls: {insecure: true}}\n",
		"middle/of.json": `{"extends": "../base.yaml", "labels": {"b": null, "c": "z"}, "thresholds": ["p90 < 1s"], ` +
			`"workload": {"headers": {"B": "y"}}}`,
		"top.yaml":   "extends: middle/of.json\nname: top\n",
		"other.yaml": "extends: top.yaml\nworkload: {kind: sleep, duration: 1ms}\n",
	})
	const labels = `"thresholds":["p90 < 1s"],"name":"top","labels":{"a":"x","c":"z"},"include_jobs":false}`
	for name, want := range map[string]string{
		"top.yaml": `{"num_jobs":5,"workload":{"headers":{"A":"x","B":"y"},"kind":"http","tls":{"insecure":true},` +
			`"url":"http://127.0.0.1:1/"},` + labels,
		"other.yaml": `{"num_jobs":5,"workload":{"duration":"1ms","kind":"sleep"},` + labels,
	} {
		got, err := specOf(t, "", filepath.Join(dir, name))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(want, strings.ReplaceAll(got, `\u003c`, "<")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// Errors name the file that holds what is wrong.
func TestWrongExtends(t *testing.T) {
	dir := writeFiles(t, map[string]string{
		"base.yaml":    "num_jobs: x\nstages:\n  - {duration: 1s, rate: 1}\nworkload: {kind: http,\n  url: '${T_NONE}'}\n",
		"top.yaml":     "extends: base.yaml\nworkload:\n  conections: 5\n",
		"circle.yaml":  "extends: round.yaml\n",
		"round.yaml":   "\nextends: circle.yaml\n",
		"number.yaml":  "num_jobs: 1\nextends: 5\n",
		"missing.yaml": "extends: none.yaml\n",
		"broken.yaml":  "a: [\n",
		"on.yaml":      "extends: broken.yaml\nnum_jobs: 1\n",
	})
	for name, want := range map[string]string{
		"top.yaml": "DIR/base.yaml:5:3: workload.url: needs the variable T_NONE of the environment, which is not set; " +
			"set it, or give a default as ${T_NONE:-default}; " +
			`DIR/base.yaml:1:1: num_jobs: must be an integer from 1 to 10000000; got "x"; ` +
			"DIR/top.yaml:3:3: workload.conections: is not a field; did you mean connections?",
		"circle.yaml":  "DIR/round.yaml:2:1: extends: goes in a circle: DIR/circle.yaml extends this file, too",
		"number.yaml":  "DIR/number.yaml:2:1: extends: must be the name of a file, relative to this one",
		"missing.yaml": "DIR/missing.yaml:1:1: extends: cannot be read: open DIR/none.yaml: no such file or directory",
		"on.yaml":      "DIR/broken.yaml:2:1: is not YAML: a value is missing",
	} {
		_, err := specOf(t, "", filepath.Join(dir, name))
		if got := strings.ReplaceAll(fmt.Sprint(err), dir, "DIR"); got != want {
			t.Errorf("%s:\n%s, want\n%s", name, got, want)
		}
	}
}
