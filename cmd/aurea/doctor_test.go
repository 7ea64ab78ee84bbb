package main

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea/internal/doctor"
)

// The doctor exits with 1 if something is bad, and with 0 otherwise.
func TestDoctor(t *testing.T) {
	code, stdout, stderr := runCommand(t, "", "doctor", "-o", "json")
	var report doctor.Report
	if err := json.Unmarshal([]byte(stdout), &report); err != nil {
		t.Fatal(err)
	}
	checkExit(t, "aurea doctor -o json", code, doctorExit(report.State), stderr)
	code, text, stderr := runCommand(t, "", "doctor")
	state, _, _ := strings.Cut(text[strings.LastIndex(text, "\n\n")+2:], ":")
	checkExit(t, "aurea doctor", code, doctorExit(doctor.State(state)), stderr)
	for _, check := range report.Checks {
		if !strings.Contains(text, "  "+check.Name+" ") {
			t.Errorf("the text lacks %s:\n%s", check.Name, text)
		}
	}
	for line := range strings.Lines(text) {
		if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > 80 {
			t.Errorf("%d columns: %s", n, line)
		}
	}
	code, _, stderr = runCommand(t, "", "doctor", "-o", "xml")
	checkExit(t, "aurea doctor -o xml", code, exitUsage, stderr)
}

// doctorExit returns the exit code for a state.
func doctorExit(state doctor.State) int {
	if state == doctor.Bad {
		return exitFailure
	}
	return exitOK
}

// The text has effect and advice below what is not ok, and wraps to the width.
func TestWriteDoctor(t *testing.T) {
	var text strings.Builder
	err := writeDoctor(&text, doctor.Report{State: doctor.Bad, Verdict: "spoiled by the timer", Checks: []doctor.Check{
		{Name: "timer", State: doctor.Bad, Value: "p99 of 500 sleeps was 21ms late",
			Effect: "jobs start as late as this, which is part of their latency", Advice: "stop other programs"},
		{Name: "governor", State: doctor.Unknown, Value: "cannot be read here", Effect: "speed changes"},
	}}, 50)
	if err != nil {
		t.Fatal(err)
	}
	want := `bad      timer           p99 of 500 sleeps was
                         21ms late
         jobs start as late as this, which is part
         of their latency
         → stop other programs
unknown  governor        cannot be read here

bad: spoiled by the timer
`
	if diff := cmp.Diff(want, text.String()); diff != "" {
		t.Errorf("the text (-want +got):\n%s", diff)
	}
}

// A doctor that is interrupted says so.
func TestDoctorInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var stderr strings.Builder
	command := newRootCommand()
	command.SetArgs([]string{"doctor"})
	command.SetOut(&strings.Builder{})
	err := command.ExecuteContext(ctx)
	if code := exitCode(command, err, &stderr); code != exitInterrupted {
		t.Errorf("the exit code is %d, want %d", code, exitInterrupted)
	}
	if want := "aurea: interrupted before the machine was examined\n"; stderr.String() != want {
		t.Errorf("the error is %q, want %q", stderr.String(), want)
	}
}
