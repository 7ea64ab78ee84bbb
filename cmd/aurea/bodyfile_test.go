package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea/internal/aureatest"
)

// A body is read from a file: beside the spec file by a local run, and from the
// directory of --files by a server.
func TestBodyFiles(t *testing.T) {
	url, sent := recordRequests(t)
	directory := t.TempDir()
	write := func(name, content string) string {
		path := filepath.Join(directory, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	write("body", invalidUTF8())
	spec := write("spec.yaml", "num_jobs: 1\nworkload: {kind: http, url: "+url+"/, body_file: body}\n")
	served := t.TempDir()
	server, _ := aureatest.Serve(t, "--files", served)
	if err := os.WriteFile(filepath.Join(served, "body"), []byte("of the server"), 0o600); err != nil {
		t.Fatal(err)
	}
	for flags, want := range map[string]string{"": invalidUTF8(), "--server " + server: "of the server"} {
		args := append([]string{"run", "--quiet", spec}, strings.Fields(flags)...)
		if code, _, stderr := runCommand(t, "", args...); code != exitOK {
			t.Fatalf("exit %d, %s", code, stderr)
		}
		if diff := cmp.Diff(sentRequest{"POST", "", want}, <-sent); diff != "" {
			t.Errorf("%q (-want +got):\n%s", flags, diff)
		}
	}
}

// A wrong name is refused where the file would be read, before the first job.
func TestWrongBodyFiles(t *testing.T) {
	server, _ := aureatest.Serve(t, "--files", t.TempDir())
	for _, test := range []struct{ command, name, want string }{
		{"spec check", "missing", `names "missing", which cannot be opened: no such file or directory`},
		{
			"run --server " + server, "../spec.yaml",
			`must be the name of a file in the directory of --files, without a path; got "../spec.yaml"`,
		},
	} {
		spec := writeTestFile(t, "spec.yaml",
			"num_jobs: 1\nworkload:\n  kind: http\n  url: http://localhost/\n  body_file: "+test.name+"\n")
		code, _, stderr := runCommand(t, "", append(strings.Fields(test.command), spec)...)
		want := "aurea: " + spec + ":5:3: workload.body_file: " + test.want
		if code != exitUsage || !strings.HasPrefix(stderr, want) {
			t.Errorf("%s: exit %d, %s\nwant %s", test.command, code, stderr, want)
		}
	}
}
