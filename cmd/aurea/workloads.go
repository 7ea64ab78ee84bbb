package main

import (
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/aurea-orchestrator/aurea"
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
			return printKinds(command.OutOrStdout(), listed)
		},
	}
	flags.addCommandsFlag(command.Flags())
	return command
}

// sharedParameter is the parameter of every kind. It is printed once, at the
// end.
const sharedParameter = "failure"

// printKinds prints kinds with their parameters.
func printKinds(w io.Writer, kinds []aurea.Kind) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, kind := range kinds {
		fmt.Fprintf(table, "%s\t%s\n", kind.Name, kind.Doc)
		if kind.Whole {
			fmt.Fprintln(table, "\tone worker runs all of its jobs, because they wait for each other")
		}
		printParameters(table, "", kind.Parameters)
	}
	fmt.Fprintf(table, "any of them\talso takes a %s, which makes some jobs go wrong on purpose\n", sharedParameter)
	for _, p := range kinds[0].Parameters {
		if p.Name == sharedParameter {
			printParameters(table, sharedParameter+".", p.Members)
		}
	}
	return table.Flush()
}

// printParameters prints parameters and their members as rows of a table.
func printParameters(w io.Writer, prefix string, parameters []param.Parameter) {
	for _, p := range parameters {
		if p.Name == sharedParameter {
			continue
		}
		fmt.Fprintf(w, "  %s\t%s; %s", prefix+p.Name, p.Doc, p.Rule())
		if p.Default != nil {
			fmt.Fprintf(w, ", %v unless given", p.Default)
		}
		if p.Required {
			fmt.Fprint(w, ", needed")
		}
		fmt.Fprintln(w)
		printParameters(w, prefix+p.Name+".", p.Members)
		if p.Items != nil {
			printParameters(w, prefix+p.Name+"[].", p.Items.Members)
		}
	}
}
