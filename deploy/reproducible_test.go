package deploy_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
)

// The same sources build the same bytes: in a clone with a version tag, and in
// a folder without git.
func TestReproducibleBuild(t *testing.T) {
	t.Parallel()
	clone, folder := sources(t), sources(t)
	shell(t, clone, `git init -q && git add . && git -c user.name=a -c user.email=a@example.com commit -qm a && git tag v1.2.3`)
	first := makeBuild(t, clone)
	second := makeBuild(t, folder, "VERSION=v1.2.3")
	if !bytes.Equal(first, second) {
		t.Errorf("two builds of the same sources differ: %d and %d bytes", len(first), len(second))
	}
	version, err := exec.Command(filepath.Join(clone, "bin/aurea"), "version").Output()
	if err != nil || !bytes.Contains(version, []byte(" v1.2.3 ")) {
		t.Errorf("aurea version says %q, %v; want that of the tag, v1.2.3", version, err)
	}
}

// makeBuild returns the binary that make build writes in a folder, with Go's
// defaults.
func makeBuild(t *testing.T, folder string, variables ...string) []byte {
	t.Helper()
	command := exec.Command("make", append([]string{"-s", "build"}, variables...)...)
	command.Dir = folder
	command.Env = append(os.Environ(), "GOFLAGS=", "GOENV=off")
	if output, err := command.CombinedOutput(); err != nil {
		t.Fatalf("make build: %v\n%s", err, output)
	}
	content, err := os.ReadFile(filepath.Join(folder, "bin/aurea"))
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// sources copies the files that a build reads into a new folder.
func sources(t *testing.T) string {
	t.Helper()
	folder := dockerContext(t)
	for _, name := range []string{"Makefile", ".gitignore"} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(read(t, name)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

func shell(t *testing.T, folder, script string) {
	t.Helper()
	command := exec.Command("bash", "-euc", script)
	command.Dir = folder
	// Ignore the machine's settings of git: this is another repository.
	command.Env = slices.DeleteFunc(os.Environ(),
		func(v string) bool { return bytes.HasPrefix([]byte(v), []byte("GIT_")) })
	if output, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", script, err, output)
	}
}
