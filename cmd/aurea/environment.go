package main

import (
	"errors"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// environmentAnnotation annotates a flag that has its value from a variable, with the
// name of that.
const environmentAnnotation = "environment"

// unsharedFlags are the flags that mean something else in aurea run than they do
// elsewhere. AUREA_NAME names the run; it does not narrow what is listed.
var unsharedFlags = []string{"output", "threshold", "name", "label", "workload"}

// setFlagsFromEnvironment gives every flag that was not set on the command line the
// value of its variable. An empty variable is an unset one.
func setFlagsFromEnvironment(command *cobra.Command) error {
	var failed error
	command.Flags().VisitAll(func(flag *pflag.Flag) {
		if flag.Changed || failed != nil || flag.Name == "help" {
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
			flag.Annotations = map[string][]string{environmentAnnotation: {name}}
			return
		}
	})
	return failed
}

// variableRules are what the variables take that pflag reads, by its names of
// their types.
var variableRules = map[string]string{
	"bool":     "true or false",
	"int":      "a whole number",
	"int64":    "a whole number",
	"duration": "a duration such as 10s",
}

// variableError says what is wrong with a variable.
func variableError(name string, flag *pflag.Flag, err error) error {
	if rule, ok := variableRules[flag.Value.Type()]; ok {
		return usageErrorf("environment variable %s must be %s; got %q", name, rule, os.Getenv(name))
	}
	return usageErrorf("environment variable %s %w; got %q", name, err, os.Getenv(name))
}

// variableNames are those that a flag may be given by, the closest first: for the
// flag limit of aurea runs list, AUREA_RUNS_LIST_LIMIT and AUREA_LIMIT.
func variableNames(command *cobra.Command, flag string) []string {
	upper := strings.NewReplacer("-", "_", " ", "_")
	own := strings.ToUpper(upper.Replace(command.CommandPath() + " " + flag))
	if command.Name() != "run" && slices.Contains(unsharedFlags, flag) {
		return []string{own}
	}
	return []string{own, strings.ToUpper(upper.Replace("aurea " + flag))}
}

// variableOf is the environment variable that a flag has its value from; "" when
// it has it from the command line or not at all.
func variableOf(flag *pflag.Flag) string {
	if names := flag.Annotations[environmentAnnotation]; len(names) == 1 {
		return names[0]
	}
	return ""
}

// flagOrigin is how the user gave a flag, for a message: --jobs or AUREA_JOBS.
func flagOrigin(flag *pflag.Flag) string {
	if name := variableOf(flag); name != "" {
		return name
	}
	return "--" + flag.Name
}

// replaceFlagByVariable has a message that begins with a flag begin with the variable that the
// flag has its value from: the user never typed the flag.
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

// emptyAllowed are the flags to which an empty value says something.
var emptyAllowed = []string{"name", "note"}

// rejectEmptyFlags refuses a flag with nothing behind it, as an unset variable of
// a shell makes it: it would undo what a file says, or change who is asked.
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
