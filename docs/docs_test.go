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
	line   int
	script string
}

// blocks finds the commands of a document, less those that a comment such as
// <!-- not run: needs a Docker engine --> exempts.
func blocks(document string) []block {
	var found []block
	var current *block
	var before string // the last line that is not blank
	for i, line := range strings.Split(document, "\n") {
		switch {
		case current == nil && line == "```sh" && !strings.HasPrefix(before, "<!-- not run"):
			current = &block{line: i + 2}
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
	document := "# A\n```sh\necho one\necho two\n```\n<!-- not run: no -->\n\n```sh\nfalse\n```\n```text\nno\n```\n"
	found := blocks(document)
	if len(found) != 1 || found[0] != (block{3, "echo one\necho two\n"}) {
		t.Errorf("found %+v", found)
	}
}

var address = regexp.MustCompile(`(localhost|127\.0\.0\.1):5000`)

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
	return slices.ContainsFunc(d.blocks, func(b block) bool { return judgment.MatchString(b.script) })
}

// run runs the commands in their order, against a service of their own.
func (d document) run(t *testing.T) {
	url, _ := aureatest.Serve(t)
	host := strings.TrimPrefix(url, "http://")
	for _, b := range d.blocks {
		script := address.ReplaceAllString(b.script, host)
		script = strings.ReplaceAll(script, "bin/aurea", aureatest.Binary(t))
		command := exec.Command("bash", "-euo", "pipefail", "-c", script)
		command.Dir = aureatest.Root()
		if output, err := command.CombinedOutput(); err != nil {
			t.Errorf("%s:%d: %v\n%s\n%s", d.name, b.line, err, script, output)
		}
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
