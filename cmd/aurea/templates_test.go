package main

import (
	"bytes"
	"debug/buildinfo"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"testing"

	"github.com/aurea-orchestrator/aurea/internal/aureatest"
)

// Templates find methods by their names, so a binary that can execute one keeps
// every exported method of every type: a tenth of ours. A build without the tag
// has them by the trace pages of gRPC.
func TestBinaryExecutesNoTemplates(t *testing.T) {
	binary := aureatest.Binary(t)
	info, err := buildinfo.ReadFile(binary)
	if err != nil {
		t.Fatal(err)
	}
	withoutTrace := slices.ContainsFunc(info.Settings, func(s debug.BuildSetting) bool {
		return s.Key == "-tags" && strings.Contains(s.Value, "grpcnotrace")
	})
	content, err := os.ReadFile(binary)
	if err != nil {
		t.Fatal(err)
	}
	executes := bytes.Contains(content, []byte("text/template.(*state).evalField"))
	if executes == withoutTrace {
		t.Errorf("the binary, built with grpcnotrace: %t, executes templates: %t", withoutTrace, executes)
	}
}
