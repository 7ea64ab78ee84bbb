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

// Every command and every exit code has its line in docs/cli.md.
func TestDocs(t *testing.T) {
	content, err := os.ReadFile(filepath.Join(aureatest.Root(), "docs", "cli.md"))
	if err != nil {
		t.Fatal(err)
	}
	doc, commands := string(content), 0
	var look func(*cobra.Command)
	look = func(c *cobra.Command) {
		if c.Runnable() && !c.HasSubCommands() {
			commands++
			if !strings.Contains(doc, "`"+c.CommandPath()+"`") {
				t.Errorf("docs/cli.md has no line for %s", c.CommandPath())
			}
		}
		for _, below := range c.Commands() {
			look(below)
		}
	}
	look(newRootCommand())
	if commands < 10 {
		t.Errorf("only %d commands were looked for", commands)
	}
	for _, code := range []int{exitOK, exitFailure, exitUsage, exitThreshold, exitInvalid, exitEvidence, exitInterrupted} {
		if !strings.Contains(doc, "\n| "+strconv.Itoa(code)+" | ") {
			t.Errorf("docs/cli.md has no line for exit code %d", code)
		}
	}
}
