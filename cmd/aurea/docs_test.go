package main

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/aurea-orchestrator/aurea/internal/aureatest"
)

// docs/cli.md has a line for every command and every exit code.
func TestDocs(t *testing.T) {
	content, err := os.ReadFile(filepath.Join(aureatest.Root(), "docs", "cli.md"))
	if err != nil {
		t.Fatal(err)
	}
	doc, commands := string(content), 0
	var visit func(*cobra.Command)
	visit = func(c *cobra.Command) {
		if c.Runnable() && !c.HasSubCommands() {
			commands++
			if !strings.Contains(doc, "`"+c.CommandPath()+"`") {
				t.Errorf("docs/cli.md has no line for %s", c.CommandPath())
			}
		}
		for _, child := range c.Commands() {
			visit(child)
		}
	}
	visit(newRootCommand())
	if commands < 10 {
		t.Errorf("found %d commands, want at least 10", commands)
	}
	for _, code := range []int{exitOK, exitFailure, exitUsage, exitThreshold, exitInvalid, exitEvidence, exitInterrupted} {
		if !strings.Contains(doc, "\n| "+strconv.Itoa(code)+" | ") {
			t.Errorf("docs/cli.md has no line for exit code %d", code)
		}
	}
}
