package main

import (
	"slices"

	"github.com/spf13/cobra"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/param"
)

// flagValues returns the values that a shell suggests for flags, by their names.
// A value may have a description behind a tab.
var flagValues = map[string]func(command *cobra.Command) []cobra.Completion{
	"workload":      func(*cobra.Command) []cobra.Completion { return kindCompletions() },
	"arrival":       func(*cobra.Command) []cobra.Completion { return fieldOptions("arrival") },
	"on-saturation": func(*cobra.Command) []cobra.Completion { return fieldOptions("on_saturation") },
	"workers": func(*cobra.Command) []cobra.Completion {
		return []string{aurea.PlaceAll, aurea.PlaceLocal}
	},
	"method": func(*cobra.Command) []cobra.Completion {
		return []string{"GET", "POST", "PUT", "PATCH", "DELETE"}
	},
	"output": formsOf("output"), "format": formsOf("format"), "of": formsOf("of"), "unit": formsOf("unit"),
	"log-level": func(*cobra.Command) []cobra.Completion { return []string{"debug", "info", "warn", "error"} },
	"param":     func(command *cobra.Command) []cobra.Completion { return parameterCompletions(command) },
	"status":    func(*cobra.Command) []cobra.Completion { return statusCompletions() },
	"verdict":   formsOf("verdict"),
}

// formsOf completes a flag that takes one of its forms.
func formsOf(flag string) func(*cobra.Command) []cobra.Completion {
	return func(command *cobra.Command) []cobra.Completion {
		return command.Flags().Lookup(flag).Annotations[formsAnnotation]
	}
}

// completeValues makes shells suggest the values of flags and the kinds of
// workload, in a command and those below it.
func completeValues(command *cobra.Command) {
	for name, values := range flagValues {
		if command.Flags().Lookup(name) == nil {
			continue
		}
		_ = command.RegisterFlagCompletionFunc(name, // an error says that the command has one of its own
			func(command *cobra.Command, _ []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
				directive := cobra.ShellCompDirectiveNoFileComp
				if name == "param" {
					directive |= cobra.ShellCompDirectiveNoSpace // the value follows
				}
				return values(command), directive
			})
	}
	for _, child := range command.Commands() {
		completeValues(child)
	}
}

// completeFlag makes shells suggest the values of a flag of one command.
func completeFlag(command *cobra.Command, flag string, values cobra.CompletionFunc) {
	if err := command.RegisterFlagCompletionFunc(flag, values); err != nil {
		panic(err) // there is no such flag
	}
}

// completeSpec suggests files of specs as the arguments of a command.
func completeSpec(
	command *cobra.Command, given []string, start string,
) ([]cobra.Completion, cobra.ShellCompDirective) {
	if command.Args(command, append(slices.Clone(given), start)) != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return []string{"yaml", "yml", "json"}, cobra.ShellCompDirectiveFilterFileExt
}

// completeKind suggests kinds of workload as the only argument.
func completeKind(_ *cobra.Command, given []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if len(given) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return kindCompletions(), cobra.ShellCompDirectiveNoFileComp
}

func kindCompletions() (kinds []cobra.Completion) {
	for _, kind := range everyKind.AllKinds() {
		kinds = append(kinds, cobra.CompletionWithDesc(kind.Name, kind.Doc))
	}
	return kinds
}

// fieldOptions returns the values that a field of the spec may have.
func fieldOptions(field string) []cobra.Completion {
	for _, p := range aurea.SpecParameters() {
		if p.Name == field {
			return p.Options
		}
	}
	return nil
}

func statusCompletions() (statuses []cobra.Completion) {
	for _, status := range aurea.Statuses() {
		statuses = append(statuses, string(status))
	}
	return statuses
}

// parameterCompletions returns the parameters of the workload that the command
// line names: by --workload, or by a URL.
func parameterCompletions(command *cobra.Command) (keys []cobra.Completion) {
	kind, _ := command.Flags().GetString("workload")
	if kind == "" && slices.ContainsFunc(command.Flags().Args(), isURL) {
		kind = "http"
	}
	var add func(prefix string, parameters []param.Parameter)
	add = func(prefix string, parameters []param.Parameter) {
		for _, p := range parameters {
			if p.Type == param.Object {
				add(prefix+p.Name+".", p.Members)
				continue
			}
			keys = append(keys, cobra.CompletionWithDesc(prefix+p.Name+"=", p.Doc))
		}
	}
	add("", everyKind.Parameters(kind))
	return keys
}
