// Package docs_test runs the commands of the README and the docs, so that none
// of them can go stale.
package docs_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aurea-orchestrator/aurea/internal/aureatest"
)

// A block is a fenced ```sh block and where it stands.
type block struct {
	line      int
	script    string
	exempt    bool // is not run
	terminals bool // each line runs until the end of the document
}

// blocks finds the commands of a document. A comment such as <!-- not run: needs
// a Docker engine --> exempts the next block. After <!-- a terminal for each line
// --> its lines are services.
func blocks(document string) []block {
	var found []block
	var current *block
	var before string // the last line that is not blank
	for i, line := range strings.Split(document, "\n") {
		switch {
		case current == nil && line == "```sh":
			current = &block{
				line:      i + 2,
				exempt:    strings.HasPrefix(before, "<!-- not run"),
				terminals: before == "<!-- a terminal for each line -->",
			}
		case current != nil && line == "```":
			found = append(found, *current)
			current = nil
		case current != nil:
			current.script += line + "\n"
		}
		if strings.TrimSpace(line) != "" {
			before = line
		}
	}
	return found
}

func TestBlocks(t *testing.T) {
	document := "# A\n```sh\necho one\necho two\n```\n<!-- not run: no -->\n\n```sh\nfalse\n```\n```text\nno\n```\n" +
		"<!-- a terminal for each line -->\n```sh\nserve\n```\n"
	want := []block{
		{line: 3, script: "echo one\necho two\n"}, {line: 9, script: "false\n", exempt: true},
		{line: 16, script: "serve\n", terminals: true},
	}
	if found := blocks(document); !slices.Equal(found, want) {
		t.Errorf("found %+v, want %+v", found, want)
	}
}

// A document is a file with commands, by its path from the root.
type document struct {
	name   string
	blocks []block
}

// documents returns the README, CONTRIBUTING.md and the docs.
func documents(t *testing.T) []document {
	t.Helper()
	root := aureatest.Root()
	files, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	files = append(files, filepath.Join(root, "README.md"), filepath.Join(root, "CONTRIBUTING.md"))
	var documents []document
	for _, file := range files {
		name, err := filepath.Rel(root, file)
		if err != nil {
			t.Fatal(err)
		}
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		documents = append(documents, document{name, blocks(string(content))})
	}
	return documents
}

// judgment finds thresholds, which may be about time.
var judgment = regexp.MustCompile(`--threshold |thresholds:`)

// judges reports whether a run of the document can fail because the machine is
// busy.
func (d document) judges() bool {
	return slices.ContainsFunc(d.blocks, func(b block) bool { return !b.exempt && judgment.MatchString(b.script) })
}

// run runs the commands in their order, against services of their own.
func (d document) run(t *testing.T) {
	s := newSession(t)
	for _, b := range d.blocks {
		switch script := s.translate(b.script); {
		case b.exempt:
			for _, command := range commands(script) {
				d.shell(t, b.line, command+" --help", s.data)
			}
		case b.terminals:
			s.open(t, b.script)
		default:
			d.shell(t, b.line, script, s.data)
		}
	}
}

// shell runs a script, whose commands keep their data in a directory. It must
// succeed.
func (d document) shell(t *testing.T, line int, script, data string) {
	t.Helper()
	command := exec.Command("bash", "-euo", "pipefail", "-c", script)
	command.Dir = aureatest.Root()
	command.Env = append(os.Environ(), "XDG_DATA_HOME="+data)
	if output, err := command.CombinedOutput(); err != nil {
		t.Errorf("%s:%d: %v\n%s\n%s", d.name, line, err, script, output)
	}
}

func TestCommandsInDocs(t *testing.T) {
	aureatest.Need(t, "curl")
	found, judging := 0, 0
	for _, d := range documents(t) {
		if len(d.blocks) == 0 {
			continue
		}
		found += len(d.blocks)
		if d.judges() {
			judging++
		}
		t.Run(d.name, func(t *testing.T) {
			if !d.judges() {
				t.Parallel()
			}
			d.run(t)
		})
	}
	if found < 10 {
		t.Errorf("only %d commands found; is the fence still ```sh?", found)
	}
	if judging == 0 {
		t.Error("no document has a threshold; is its flag still --threshold?")
	}
}

var link = regexp.MustCompile(`\]\(([^)#]+)(#[^)]*)?\)`)

// Every relative link of the documents leads to a file.
func TestLinksInDocs(t *testing.T) {
	root := aureatest.Root()
	for _, pattern := range []string{"*.md", "docs/*.md", "examples/*.md"} {
		files, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, match := range link.FindAllStringSubmatch(string(content), -1) {
				if strings.Contains(match[1], "://") {
					continue
				}
				if _, err := os.Stat(filepath.Join(filepath.Dir(file), match[1])); err != nil {
					t.Errorf("%s links to %s, which is not there", file, match[1])
				}
			}
		}
	}
}
