package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// foreignFlags maps flags of other tools (hey, oha, k6, wrk, ab, vegeta, ghz,
// Fortio, Locust, curl) to what does the same in aurea run.
var foreignFlags = map[string]string{
	"--vus": "-c", "--users": "-c", "--connections": "-c", "--clients": "-c", "--parallel": "-c", "--threads": "-c",
	"--max-workers": "-c",
	"--rps":         "-r", "--qps": "-r", "--query-per-second": "-r", "--arrival-rate": "-r", "--arrivalRate": "-r",
	"--requests": "-n", "--iterations": "-n", "--total": "-n", "--number": "-n", "--num": "-n",
	"--run-time": "-z", "--time": "-z", "--test-time": "-z", "--max-duration": "-z",
	"--spawn-rate": "stages in the spec, such as {duration: 30s, concurrency: 100}",
	"--ramp-up":    "stages in the spec, such as {duration: 30s, concurrency: 100}",
	"--stage":      "stages in the spec, such as {duration: 30s, concurrency: 100}",
	"-t":           "-m for the timeout of a job, -z for the duration of the run or -c for jobs in flight",
	"--max-time":   "-m", "--request-timeout": "-m", "--connect-timeout": "-m",
	"--request": "-X", "--data": "-d", "--data-raw": "-d", "--data-binary": "-d", "--data-string": "-d", "--json": "-d",
	"--body-file": "-d @FILE",
	"--headers":   "-H", "--user-agent": "-H 'User-Agent: TEXT'",
	"--cookie": "-H 'Cookie: TEXT'", "-b": "-H 'Cookie: TEXT'", "--content-type": "-H 'Content-Type: TYPE'",
	"--user": "-H 'Authorization: TEXT'", "-u": "-H 'Authorization: TEXT'",
	"--insecure": "--param tls.skip_verify=true", "-k": "--param tls.skip_verify=true",
	"--cacert": "--param tls.ca=@FILE", "--cert": "--param tls.certificate=@FILE", "--key": "--param tls.key=@FILE",
	"--http2": "--param version=2", "--h2": "--param version=2", "--max-concurrent-streams": "--param streams=10",
	"--disable-keepalive": "--param keepalive=false",
	"--location":          "--param redirects=10", "-L": "--param redirects=10", "--redirect": "--param redirects=10",
	"--disable-redirects":   "the default; --param redirects=10 follows them",
	"--disable-compression": "-H 'Accept-Encoding: identity'",
	"--url":                 "the URL as the argument", "--target": "the URL as the argument",
	"--targets": "the URL as the argument",
	"--file":    "the spec as the argument", "--config": "the spec as the argument",
	"--tag": "--label", "--tags": "--label",
	"--format": "-o", "--summary-export": "-o json", "--html": "-o html", "--csv": "--include-jobs",
}

// flagError turns pflag's error into a usageError. For an unknown flag it names
// what other tools call so, or suggests the closest flag. For a wrong value it
// says what is right.
func flagError(command *cobra.Command, err error) error {
	if given := command.Flags().Args(); command.HasSubCommands() && len(given) > 0 {
		return unknownCommandError(command, given[0]) // its flags are unknown because it is
	}
	if name := unknownFlag(err); name != "" {
		err = fmt.Errorf("unknown flag: %s%s", name, suggestFlag(command, name))
	}
	var invalid *pflag.InvalidValueError
	if errors.As(err, &invalid) {
		err = invalidValueError(invalid)
	}
	return usageError{err, command.CommandPath()}
}

// invalidValueError returns the error for a value that a flag does not accept.
func invalidValueError(invalid *pflag.InvalidValueError) error {
	flag := invalid.GetFlag()
	if rule, ok := valueRules[flag.Value.Type()]; ok {
		return fmt.Errorf("--%s must be %s; got %q", flag.Name, rule, invalid.GetValue())
	}
	return fmt.Errorf("--%s %w; got %q", flag.Name, invalid.Unwrap(), invalid.GetValue())
}

// unknownFlag returns the flag that an error of pflag says is unknown, with its
// dashes; "" for another error.
func unknownFlag(err error) string {
	var unknown *pflag.NotExistError
	switch {
	case !errors.As(err, &unknown):
		return ""
	case unknown.GetSpecifiedShortnames() != "":
		return "-" + unknown.GetSpecifiedName()
	}
	return "--" + unknown.GetSpecifiedName()
}

// suggestFlag returns the end of a message about an unknown flag: what to write
// instead, if that is known.
func suggestFlag(command *cobra.Command, name string) string {
	if ours := foreignFlags[name]; ours != "" && command.Flags().Lookup("jobs") != nil {
		if len(ours) == len("-n") {
			ours += " (--" + command.Flags().ShorthandLookup(ours[1:]).Name + ")"
		}
		return "; here it is " + ours
	}
	if !strings.HasPrefix(name, "--") {
		return ""
	}
	var names []string
	command.Flags().VisitAll(func(flag *pflag.Flag) {
		if !flag.Hidden {
			names = append(names, "--"+flag.Name)
		}
	})
	return didYouMean(name, names)
}

// rejectSingleDash returns an error for a long flag with one dash, as Go tools
// take it. pflag would read -duration=5s as -d with the value uration=5s, and
// hey's -disable-keepalive as a body.
func rejectSingleDash(root *cobra.Command, args []string) error {
	command, rest, err := root.Find(args)
	if err != nil {
		return nil //nolint:nilerr // the command reports it
	}
	for _, arg := range rest {
		name, ok := strings.CutPrefix(arg, "-")
		switch name, _, _ = strings.Cut(name, "="); {
		case arg == "--":
			return nil
		case ok && len(name) > 2 && command.Flags().Lookup(name) != nil:
			return usageError{fmt.Errorf("unknown flag: -%s; did you mean --%s?", name, name), command.CommandPath()}
		case ok && foreignFlags["--"+name] != "" && command.Flags().Lookup("jobs") != nil:
			ours := suggestFlag(command, "--"+name)
			return usageError{fmt.Errorf("unknown flag: -%s%s", name, ours), command.CommandPath()}
		}
	}
	return nil
}
