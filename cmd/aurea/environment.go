package main

import (
	"errors"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// environmentAnnotation is the annotation of a flag that was set by an
// environment variable. Its value is the variable's name.
const environmentAnnotation = "environment"

// ownVariableAnnotation is the annotation of a flag that has only the variable of
// its own command.
const ownVariableAnnotation = "own-variable"

// unsharedFlags are flags of aurea run that mean something else in other
// commands. AUREA_NAME sets the name of the run, but does not filter aurea runs
// list.
var unsharedFlags = []string{"output", "threshold", "name", "label", "workload"}

// commandLineOnly are flags without a variable. A path of --set would override
// the file, which the environment never does.
var commandLineOnly = []string{"help", "version", "set", "set-a", "set-b"}

// annotate adds an annotation to a flag that is declared.
func annotate(flags *pflag.FlagSet, name, key string, values ...string) {
	if err := flags.SetAnnotation(name, key, values); err != nil {
		panic(err) // there is no such flag
	}
}

// setFlagsFromEnvironment sets every flag that is missing on the command line
// from its environment variable. An empty variable counts as unset.
func setFlagsFromEnvironment(command *cobra.Command) error {
	var failed error // the first error
	command.Flags().VisitAll(func(flag *pflag.Flag) {
		if flag.Changed || failed != nil || slices.Contains(commandLineOnly, flag.Name) {
			return
		}
		for _, name := range variableNames(command, flag.Name) {
			value := os.Getenv(name)
			if value == "" {
				continue
			}
			if err := command.Flags().Set(flag.Name, value); err != nil {
				failed = variableError(name, flag, errors.Unwrap(err))
			}
			annotate(command.Flags(), flag.Name, environmentAnnotation, name)
			return
		}
	})
	return failed
}

// valueRules describe the valid values of a flag, by pflag's name of its type.
var valueRules = map[string]string{
	"bool":     "true or false",
	"int":      "a whole number",
	"int64":    "a whole number",
	"float64":  "a number",
	"duration": "a duration such as 10s",
}

// variableError returns the error for a variable that its flag does not accept.
func variableError(name string, flag *pflag.Flag, err error) error {
	if rule, ok := valueRules[flag.Value.Type()]; ok {
		return usageErrorf("environment variable %s must be %s; got %q", name, rule, os.Getenv(name))
	}
	return usageErrorf("environment variable %s %w; got %q", name, err, os.Getenv(name))
}

// variableNames returns the variables that set a flag, by precedence. For the
// flag limit of aurea runs list they are AUREA_RUNS_LIST_LIMIT and AUREA_LIMIT.
func variableNames(command *cobra.Command, flag string) []string {
	upper := strings.NewReplacer("-", "_", " ", "_")
	own := strings.ToUpper(upper.Replace(command.CommandPath() + " " + flag))
	isOwn := false
	if declared := command.Flags().Lookup(flag); declared != nil {
		_, isOwn = declared.Annotations[ownVariableAnnotation]
	}
	if isOwn || command.Name() != "run" && slices.Contains(unsharedFlags, flag) {
		return []string{own}
	}
	return []string{own, strings.ToUpper(upper.Replace("aurea " + flag))}
}

// variableOf returns the environment variable that set a flag; "" if none did.
func variableOf(flag *pflag.Flag) string {
	if names := flag.Annotations[environmentAnnotation]; len(names) == 1 {
		return names[0]
	}
	return ""
}

// flagOrigin returns how the user set a flag, for messages: --jobs or
// AUREA_JOBS.
func flagOrigin(flag *pflag.Flag) string {
	if name := variableOf(flag); name != "" {
		return name
	}
	return "--" + flag.Name
}

// replaceFlagByVariable replaces the flag that a message begins with by the
// variable that set it, since the user never typed the flag.
func replaceFlagByVariable(command *cobra.Command, message string) string {
	command.Flags().VisitAll(func(flag *pflag.Flag) {
		name := variableOf(flag)
		if name == "" {
			return
		}
		for _, spelling := range []string{"--" + flag.Name, "-" + flag.Shorthand} {
			rest, ok := strings.CutPrefix(message, spelling)
			if ok && strings.HasPrefix(strings.TrimLeft(rest, ":"), " ") {
				message = name + rest
			}
		}
	})
	return message
}

// emptyAllowed are the flags for which an empty value has a meaning.
var emptyAllowed = []string{"name", "note"}

// rejectEmptyFlags returns an error for a flag with an empty value, which is
// usually an unset shell variable. It would override the file, or select
// another server.
func rejectEmptyFlags(flags *pflag.FlagSet) (err error) {
	flags.Visit(func(flag *pflag.Flag) {
		empty := flag.Value.String() == ""
		if list, ok := flag.Value.(pflag.SliceValue); ok {
			empty = slices.Contains(list.GetSlice(), "") || len(list.GetSlice()) == 0
		}
		if empty && err == nil && !slices.Contains(emptyAllowed, flag.Name) {
			err = usageErrorf("--%s is given without a value; leave it out, or say what it is", flag.Name)
		}
	})
	return err
}
