package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/aurea-orchestrator/aurea/internal/doctor"
)

// The doctor says the same as text and as JSON, and exits with 0.
func TestDoctor(t *testing.T) {
	code, stdout, stderr := runCommand(t, "", "doctor", "-o", "json")
	checkExit(t, "aurea doctor -o json", code, exitOK, stderr)
	var report doctor.Report
	if err := json.Unmarshal([]byte(stdout), &report); err != nil {
		t.Fatal(err)
	}
	code, text, stderr := runCommand(t, "", "doctor")
	checkExit(t, "aurea doctor", code, exitOK, stderr)
	for _, check := range report.Checks {
		if !strings.Contains(text, check.Name+" ") {
			t.Errorf("the text lacks %s:\n%s", check.Name, text)
		}
	}
	code, _, stderr = runCommand(t, "", "doctor", "-o", "xml")
	checkExit(t, "aurea doctor -o xml", code, exitUsage, stderr)
}
