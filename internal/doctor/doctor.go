// Package doctor examines this machine for what would spoil a measurement, and
// says what to do about it.
//
// Its stance: machine.go reads facts, checks.go judges them by a table. Judging
// is a pure function of the facts. What cannot be read is unknown, never fine.
package doctor

import "context"

// A State is what a check found.
type State string

// The states, from the best to the worst.
const (
	OK      State = "ok"
	Unknown State = "unknown" // it cannot be read on this machine
	Warning State = "warning" // it can spoil a measurement
)

// A Check is one property of the machine.
type Check struct {
	Name   string `json:"name"`
	State  State  `json:"state"`
	Value  string `json:"value"`            // what was found, in words
	Advice string `json:"advice,omitempty"` // what to do; "" if the state is OK
}

// A Report is what an examination found. State is Warning if a check is.
type Report struct {
	State  State   `json:"state"`
	Checks []Check `json:"checks"`
}

// Examine examines this machine. It takes about a second, in which it measures
// the machine's load; ctx cuts that short.
func Examine(ctx context.Context) Report { return judge(examine(ctx)) }

// judge applies the table of checks.
func judge(m machine) Report {
	report := Report{State: OK}
	for _, c := range checks {
		value, state := c.judge(m)
		found := Check{Name: c.name, State: state, Value: value}
		switch state {
		case Warning:
			found.Advice = c.advice
			report.State = Warning
		case Unknown:
			found.Value = "cannot be read here"
		}
		report.Checks = append(report.Checks, found)
	}
	return report
}
