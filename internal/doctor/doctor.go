// Package doctor examines this machine for what would spoil a measurement, and
// says what to do about it.
//
// Its stance: machine.go reads facts; checks.go is the table of what is judged,
// by functions of cpu.go, resources.go and clock.go. Judging is a pure function
// of the facts. What cannot be read is unknown, never fine.
package doctor

import (
	"context"
	"slices"
	"strings"
)

// A State is what a check found.
type State string

// The states, from the best to the worst.
const (
	OK      State = "ok"
	Unknown State = "unknown" // it cannot be read on this machine
	Warn    State = "warn"    // it may disturb a measurement
	Bad     State = "bad"     // it would spoil a measurement
)

// order has the states as checks are listed.
var order = []State{Bad, Warn, Unknown, OK}

// A Check is one property of the machine.
type Check struct {
	Name   string `json:"name"`
	State  State  `json:"state"`
	Value  string `json:"value"`            // what was found, in words
	Effect string `json:"effect"`           // what it does to a measurement if it is not ok
	Advice string `json:"advice,omitempty"` // what to do; "" unless the state is Warn or Bad
}

// A Report is what an examination found. Checks are worst first, and State is
// that of the worst one; what is unknown does not count.
type Report struct {
	State   State   `json:"state"`
	Verdict string  `json:"verdict"` // a sentence
	Checks  []Check `json:"checks"`
}

// Examine examines this machine. It takes about two seconds, in which it
// measures other load and how late sleeps end. If ctx ends earlier, what it had
// not yet measured is unknown.
func Examine(ctx context.Context) Report { return judge(examine(ctx)) }

// judge applies the table of checks.
func judge(m machine) Report {
	report := Report{State: OK}
	for _, c := range checks {
		value, state := c.judge(m)
		found := Check{Name: c.name, State: state, Value: value, Effect: c.effect}
		switch state {
		case Warn, Bad:
			found.Advice = c.advice
			if report.State != Bad {
				report.State = state
			}
		case Unknown:
			found.Value = "cannot be read here"
		}
		report.Checks = append(report.Checks, found)
	}
	slices.SortStableFunc(report.Checks, func(a, b Check) int {
		return slices.Index(order, a.State) - slices.Index(order, b.State)
	})
	report.Verdict = report.verdict()
	return report
}

// verdict says what the checks mean for a measurement.
func (r Report) verdict() string {
	var sentence string
	switch r.State {
	case Bad:
		sentence = "a measurement on this machine would be spoiled by " + r.names(Bad)
		if fair := r.names(Warn); fair != "" {
			sentence += ", and may be disturbed by " + fair
		}
	case Warn:
		sentence = "a measurement on this machine may be disturbed by " + r.names(Warn)
	default:
		sentence = "nothing was found that would spoil a measurement"
	}
	if unknown := r.names(Unknown); unknown != "" {
		sentence += " (unknown: " + unknown + ")"
	}
	return sentence
}

// names lists the checks in a state.
func (r Report) names(state State) string {
	var names []string
	for _, c := range r.Checks {
		if c.State == state {
			names = append(names, c.Name)
		}
	}
	return strings.Join(names, ", ")
}
