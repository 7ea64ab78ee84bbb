package main

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// -o may be repeated: each form goes to its file, or to standard output.
func TestOutputs(t *testing.T) {
	t.Chdir(t.TempDir())
	code, stdout, stderr := runCommand(t, "", "run", "--quiet", "--jobs", "5", "--job-duration", "1ms",
		"-o", "json", "-o", "html=r.html", "-o", "junit=r.xml", "-o", "text=r=1.txt")
	checkExit(t, "aurea run", code, exitOK, stderr)
	checkContains(t, "standard output", stdout, `"completed_jobs":5`)
	for name, want := range map[string]string{"r.html": "<!doctype html>", "r.xml": "<testsuite", "r=1.txt": "5 ok"} {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		checkContains(t, name, strings.ToLower(string(content)), want)
	}
	if names := filesIn(t, "."); len(names) != 3 {
		t.Errorf("the directory has %q, want the three outputs", names)
	}
	code, stdout, stderr = runCommand(t, "", "run", "--quiet", "--jobs", "5", "--job-duration", "1ms",
		"-o", "json=only.json")
	checkExit(t, "aurea run to a file", code, exitOK, stderr)
	if stdout != "" {
		t.Errorf("standard output has %q", stdout)
	}
	code, stdout, stderr = runCommand(t, "", "compare", "only.json", "only.json",
		"-o", "json=c.json", "-o", "markdown=-")
	checkExit(t, "aurea compare", code, exitEvidence, stderr)
	checkContains(t, "standard output", stdout, "### ")
	content, err := os.ReadFile("c.json")
	if err != nil {
		t.Fatal(err)
	}
	checkContains(t, "c.json", string(content), `"too_little_evidence"`)
}

// An output that cannot be written is refused before the run starts.
func TestOutputsRefused(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.Mkdir("folder", 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("r.html", "link"); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("file", []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("r.html", []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		outputs []string
		want    string
	}{
		{[]string{"htm=r.html"},
			`aurea: -o must be one of html, json, junit, markdown, text; got "htm"; did you mean html?`},
		{[]string{"text", "json"},
			"aurea: -o text and -o json both go to standard output; write one to a file, such as -o json=FILE"},
		{[]string{"text", "json=-"}, "aurea: -o text and -o json both go to standard output"},
		{[]string{"html="}, "aurea: -o html= names no file; write -o html=FILE, or -o html for standard output"},
		{[]string{"html=nowhere/r.html"},
			"aurea: -o html=nowhere/r.html cannot be written: there is no directory nowhere; create it first"},
		{[]string{"html=file/r.html"}, "file is not a directory"},
		{[]string{"html=folder"}, "aurea: -o html=folder cannot be written: folder is a directory; name a file"},
		{[]string{"html=r.html", "text=./r.html"}, "aurea: -o html and -o text go to the same file ./r.html; name two"},
		{[]string{"html=r.html", "text=link"}, "aurea: -o html and -o text go to the same file link; name two"},
	} {
		args := []string{"run", "http://127.0.0.1:1/", "--jobs", "1"}
		for _, o := range test.outputs {
			args = append(args, "-o", o)
		}
		code, stdout, stderr := runCommand(t, "", args...)
		checkExit(t, strings.Join(test.outputs, " "), code, exitUsage, stderr)
		checkContains(t, strings.Join(test.outputs, " "), stderr, test.want)
		if stdout != "" {
			t.Errorf("%q wrote %q", test.outputs, stdout)
		}
	}
	if diff := cmp.Diff([]string{"file", "folder", "link", "r.html"}, filesIn(t, ".")); diff != "" {
		t.Errorf("the directory changed (-want +got):\n%s", diff)
	}
}

// After an error a file has its old content, and nothing is beside it.
func TestWriteFileFails(t *testing.T) {
	name := writeTestFile(t, "r.html", "old")
	broken := errors.New("broken")
	err := writeFile(name, func(w io.Writer) error {
		if _, err := w.Write([]byte("new")); err != nil {
			t.Error(err)
		}
		return broken
	})
	if !errors.Is(err, broken) {
		t.Errorf("the error is %v", err)
	}
	content, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if string(content) != "old" {
		t.Errorf("the file has %q, want its old content", content)
	}
	if names := filesIn(t, filepath.Dir(name)); len(names) != 1 {
		t.Errorf("the directory has %q", names)
	}
}

// A new content keeps the mode of the file, and a link stays a link.
func TestWriteFileReplaces(t *testing.T) {
	name := writeTestFile(t, "r.html", "old")
	if err := os.Chmod(name, 0o640); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(name, link); err != nil {
		t.Fatal(err)
	}
	err := writeFile(link, func(w io.Writer) error {
		_, err := io.WriteString(w, "new")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Lstat(name)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode() != 0o640 {
		t.Errorf("the mode is %v, want -rw-r-----", info.Mode())
	}
	if to, err := os.Readlink(link); to != name {
		t.Errorf("the link leads to %q: %v", to, err)
	}
	if content, err := os.ReadFile(link); string(content) != "new" {
		t.Errorf("the file has %q: %v", content, err)
	}
}

// A device is written in place.
func TestWriteFileToDevice(t *testing.T) {
	t.Parallel()
	before, err := os.Stat(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	code, _, stderr := runCommand(t, "", "run", "--quiet", "--jobs", "2", "--job-duration", "1ms",
		"-o", "json="+os.DevNull)
	checkExit(t, "aurea run", code, exitOK, stderr)
	after, err := os.Stat(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	if !os.SameFile(before, after) {
		t.Errorf("%s was replaced", os.DevNull)
	}
}

// filesIn returns the names in a directory, sorted.
func filesIn(t *testing.T, directory string) []string {
	t.Helper()
	entries, err := os.ReadDir(directory)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}
