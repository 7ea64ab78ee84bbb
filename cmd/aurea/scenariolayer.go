package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/aurea-orchestrator/aurea"
)

// yieldsToScenarios reports whether a layer must leave a field to the scenarios of
// the file, which have one each: the environment does not override files. It notes
// the variable, so that the user learns of it.
func (d *specDocument) yieldsToScenarios(flag *pflag.Flag, field string, l layer) bool {
	if flag == nil || !l.fromEnvironment || !d.has("scenarios") || !slices.Contains(aurea.ScenarioFields(), field) {
		return false
	}
	d.unused = append(d.unused, flagOrigin(flag))
	return true
}

// scenarioFlagError returns the error for a flag of one workload beside scenarios.
func scenarioFlagError(flag *pflag.Flag, parameter string) error {
	return usageErrorf("%s is for a spec with one workload, and each scenario has its own; "+
		"write --set 'scenarios[0].workload.%s=VALUE'", flagOrigin(flag), parameter)
}

// printUnused names the variables that the scenarios leave without effect.
func (d *specDocument) printUnused(w io.Writer) {
	if len(d.unused) > 0 {
		fmt.Fprintf(w, "not used, as each scenario has its own: %s\n", strings.Join(d.unused, ", "))
	}
}
