package main

import (
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"testing"

	"github.com/aurea-orchestrator/aurea/internal/aureatest"
)

// Every command pays for the package variables of all packages, and the garbage
// collector runs first after about 3 MB. Ours take little of that: patterns,
// documents and pages are made when they are used.
func TestPackagesAllocateLittleAtTheStart(t *testing.T) {
	const limit = 100_000 // bytes; 520,000 when each pattern was compiled at the start
	command := exec.CommandContext(t.Context(), aureatest.Binary(t), "version")
	command.Env = append(os.Environ(), "GODEBUG=inittrace=1")
	output, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, output)
	}
	inits := regexp.MustCompile(`(?m)^init (main|github\.com/aurea-orchestrator/\S+) .* (\d+) bytes`).
		FindAllSubmatch(output, -1)
	if len(inits) == 0 {
		t.Fatalf("no package of ours is listed:\n%s", output)
	}
	sum := 0
	for _, match := range inits {
		bytes, err := strconv.Atoi(string(match[2]))
		if err != nil {
			t.Fatal(err)
		}
		sum += bytes
	}
	if sum > limit {
		t.Errorf("our packages allocate %d bytes at the start, more than %d:\n%s", sum, limit, output)
	}
}
