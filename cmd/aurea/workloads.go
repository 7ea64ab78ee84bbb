package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/format"
	"github.com/aurea-orchestrator/aurea/internal/report"
	"github.com/aurea-orchestrator/aurea/internal/workload/kinds"
	"github.com/aurea-orchestrator/aurea/param"
)

func newWorkloadsCommand() *cobra.Command {
	var flags policyFlags
	command := &cobra.Command{
		Use:   "workloads [KIND]",
		Short: "List the kinds of job and their parameters",
		Args:  cobra.MaximumNArgs(1),

		ValidArgsFunction: completeKind,
		RunE: func(command *cobra.Command, args []string) error {
			allowed, err := flags.options("")
			if err != nil {
				return err
			}
			set := kinds.New(allowed)
			listed := set.Kinds()
			if len(args) == 1 {
				kind, err := set.ByName(args[0])
				if err != nil {
					return renameLocation(err, "workload.kind", "KIND")
				}
				listed = []aurea.Kind{kind}
			}
			return printKinds(command.OutOrStdout(), listed, textOptions(command))
		},
	}
	flags.addCommandsFlag(command.Flags())
	return command
}

// sharedParameter is the parameter of every kind. It is printed once, at the
// end.
const sharedParameter = "failure"

// printKinds prints kinds with their parameters.
func printKinds(w io.Writer, kinds []aurea.Kind, o report.Options) error {
	table := format.NewRows(w, o.Width)
	for _, kind := range kinds {
		table.Row(kind.Name, kind.Doc)
		if kind.Whole {
			table.Row("", "one worker runs all of its jobs, because they wait for each other")
		}
		printParameters(table, "", kind.Parameters)
	}
	table.Row("any of them", "also takes a "+sharedParameter+", which makes some jobs go wrong on purpose")
	for _, p := range kinds[0].Parameters {
		if p.Name == sharedParameter {
			printParameters(table, sharedParameter+".", p.Members)
		}
	}
	return table.Flush()
}

// printParameters prints parameters and their members as rows of a table.
func printParameters(table *format.Rows, prefix string, parameters []param.Parameter) {
	for _, p := range parameters {
		if p.Name == sharedParameter {
			continue
		}
		text := p.Doc + "; " + p.Rule()
		if p.Default != nil {
			text += fmt.Sprintf(", %v unless given", p.Default)
		}
		if p.Required {
			text += ", needed"
		}
		if p.InPlace != "" {
			text += " unless there is " + p.InPlace
		}
		table.Row("  "+prefix+p.Name, text)
		printParameters(table, prefix+p.Name+".", p.Members)
		if p.Items != nil {
			printParameters(table, prefix+p.Name+"[].", p.Items.Members)
		}
	}
}
