package deploy_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// A workflow is the part of a file in .github/workflows that the tests use.
type workflow struct {
	Permissions *map[string]string
	Jobs        map[string]struct {
		Permissions *map[string]string
		Timeout     int `yaml:"timeout-minutes"`
		Container   string
		Steps       []struct {
			Uses, Run string
			With      map[string]any
		}
	}
}

func workflows(t *testing.T) map[string]workflow {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, ".github/workflows/*.yaml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("workflows %q, %v", files, err)
	}
	found := map[string]workflow{}
	for _, file := range files {
		found[filepath.Base(file)] = parse[workflow](t, read(t, ".github/workflows", filepath.Base(file)))
	}
	return found
}

// A tag can be moved to other code; a digest cannot.
func TestActionsArePinnedByDigest(t *testing.T) {
	pinned := regexp.MustCompile(`^[\w-]+/[\w/-]+@[0-9a-f]{40}$`)
	for file, w := range workflows(t) {
		for name, job := range w.Jobs {
			for _, step := range job.Steps {
				if step.Uses != "" && !pinned.MatchString(step.Uses) {
					t.Errorf("%s: %s uses %s, which is not pinned by digest", file, name, step.Uses)
				}
			}
		}
	}
}

// One action has one version in all workflows.
func TestActionsHaveOneVersion(t *testing.T) {
	versions := map[string]string{}
	for file, w := range workflows(t) {
		for name, job := range w.Jobs {
			for _, step := range job.Steps {
				action, version, _ := strings.Cut(step.Uses, "@")
				repository := strings.Join(strings.SplitN(action, "/", 3)[:min(2, strings.Count(action, "/")+1)], "/")
				if other, known := versions[repository]; known && other != version {
					t.Errorf("%s: %s uses %s at %s, elsewhere it is at %s", file, name, repository, version, other)
				}
				versions[repository] = version
			}
		}
	}
}

// Workflows have no permissions by default, each job lists what it needs, and
// the token is not left in the checkout.
func TestWorkflowsHaveLeastPermissions(t *testing.T) {
	allowed := map[string]string{"contents": "read", "security-events": "write"}
	for file, w := range workflows(t) {
		if w.Permissions == nil || len(*w.Permissions) > 0 {
			t.Errorf("%s: permissions at the top are %v, want {}", file, w.Permissions)
		}
		for name, job := range w.Jobs {
			if job.Permissions == nil {
				t.Errorf("%s: %s names no permissions of its own", file, name)
				continue
			}
			for scope, level := range *job.Permissions {
				if allowed[scope] != level {
					t.Errorf("%s: %s has %s: %s", file, name, scope, level)
				}
			}
			if job.Timeout == 0 {
				t.Errorf("%s: %s has no timeout", file, name)
			}
			for _, step := range job.Steps {
				if strings.HasPrefix(step.Uses, "actions/checkout@") && step.With["persist-credentials"] != false {
					t.Errorf("%s: %s leaves its token in the checkout", file, name)
				}
			}
		}
	}
}

// CI runs the same .ci/run as developers, with the Go version of go.mod, and
// the make targets that workflows call exist.
func TestWorkflowsRunWhatDevelopersRun(t *testing.T) {
	suite := workflows(t)["ci.yaml"].Jobs["suite"]
	language := regexp.MustCompile(`(?m)^go (\S+)$`).FindStringSubmatch(read(t, "go.mod"))
	if want := "golang:" + language[1] + "-bookworm"; suite.Container != want {
		t.Errorf("the suite runs in %s, want %s", suite.Container, want)
	}
	var commands []string
	for _, step := range suite.Steps {
		commands = append(commands, step.Run)
	}
	if !slices.Contains(commands, "bash .ci/run") {
		t.Errorf("the suite runs %q, want bash .ci/run", commands)
	}
	makefile := read(t, "Makefile")
	for _, target := range []string{"build", "vulnerabilities", "secrets"} {
		if !strings.Contains(makefile, "\n"+target+":") {
			t.Errorf("the Makefile has no target %s", target)
		}
	}
}

// Updates cover every module and every folder with dependencies.
func TestDependenciesAreUpdated(t *testing.T) {
	updates := parse[struct {
		Updates []struct {
			Ecosystem   string `yaml:"package-ecosystem"`
			Directory   string
			Directories []string
		}
	}](t, read(t, ".github/dependabot.yaml")).Updates
	var covered []string
	for _, update := range updates {
		if update.Ecosystem == "gomod" {
			covered = update.Directories
		}
	}
	var modules []string
	err := filepath.WalkDir(root, func(path string, entry os.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && slices.Contains([]string{".git", "node_modules", ".tools"}, entry.Name()):
			return filepath.SkipDir
		case entry.Name() == "go.mod":
			relative, err := filepath.Rel(root, filepath.Dir(path))
			modules = append(modules, filepath.Join("/", relative))
			return err
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(modules)
	slices.Sort(covered)
	if !slices.Equal(modules, covered) {
		t.Errorf("updates for the modules %q, want %q", covered, modules)
	}
}
