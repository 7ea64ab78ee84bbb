package server

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/aurea-orchestrator/aurea/internal/aureatest"
)

// The modules of the page use documents as the API describes them. TypeScript
// checks them against types that are written from /openapi.json. A module with
// a mistake of ours is checked too, so that the test notices types that fit
// everything.
func TestPageTypes(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("left out: it has nothing to do with races")
	}
	node := aureatest.Need(t, "node")
	tools := npmPackages(t, "page")
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("ui")); err != nil {
		t.Fatal(err)
	}
	const mistake = `/** @param {import("./types").Run} run */
export const mistaken = (run) => run.result.latency.p98;
`
	description := ask(t, New(newOptions(finishingFake())), "GET", "/openapi.json", "")
	for name, content := range map[string][]byte{"openapi.json": description.body, "mistake.js": []byte(mistake)} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	run := func(program string, args ...string) (string, error) {
		command := exec.CommandContext(t.Context(), node, append([]string{filepath.Join(tools, program)}, args...)...)
		command.Dir = dir
		output, err := command.CombinedOutput()
		return string(output), err
	}
	if output, err := run("openapi-typescript/bin/cli.js", "openapi.json", "-o", "api.d.ts"); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	output, _ := run("typescript/bin/tsc", "-p", ".") // it fails, by the mistake
	lines := strings.Split(strings.TrimSpace(output), "\n")
	if found := regexp.MustCompile(`^mistake\.js.*'p98' does not exist`).MatchString(lines[len(lines)-1]); !found {
		t.Errorf("the mistake is not found, so the types fit everything: %s", output)
	}
	for _, line := range lines {
		if !strings.HasPrefix(line, "mistake.js") {
			t.Error(line)
		}
	}
}

// npmPackages returns the absolute path of the npm packages in a folder of
// testdata, which scripts/test-deps installs.
func npmPackages(t *testing.T, folder string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("testdata", folder, "node_modules"))
	if err == nil {
		_, err = os.Stat(filepath.Join(path, ".package-lock.json"))
	}
	if err == nil {
		return path
	}
	if os.Getenv("CI") == "true" {
		t.Fatalf("%v; scripts/test-deps installs it", err)
	}
	t.Skipf("left out: %v; make test installs it where it can", err)
	return ""
}
