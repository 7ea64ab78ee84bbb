// Command aurea runs benchmarks: as a service (serve), or once (run); says how
// several differ (compare); and asks a service for those that it keeps (runs).
//
// Its stance: this is the only place where parts meet, where flags and the
// environment are read, and where signals are handled. Results go to standard
// output, everything else to standard error; the exit code says how it went
// (exit.go).
package main

import (
	"context"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// version is set by the Makefile: -ldflags "-X main.version=…".
var version = "dev"

func main() {
	os.Exit(run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run is the command as a function: what tests call.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	root := newRoot()
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	return exitCode(err, stderr)
}

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "aurea",
		Short: "How many jobs a second, how late, at what cost",
		Long: `Aurea runs jobs truly in parallel, measures every one honestly, and tells how
many a second were done, how late they were and what they cost.

Every flag can be given as an environment variable: --listen is AUREA_LISTEN.`,
		SilenceErrors:     true,
		SilenceUsage:      true,
		PersistentPreRunE: func(command *cobra.Command, _ []string) error { return flagsFromEnvironment(command.Flags()) },
	}
	root.SetFlagErrorFunc(func(command *cobra.Command, err error) error {
		return usageError{err, command.CommandPath()}
	})
	root.AddCommand(newServe(), newRunCommand(), newCompare(), newRuns(), newWorkloads(), newHealth(), newVersion())
	return root
}

// flagsFromEnvironment gives every flag that was not set on the command line
// the value of its variable, if there is one.
func flagsFromEnvironment(flags *pflag.FlagSet) error {
	var failed error
	flags.VisitAll(func(flag *pflag.Flag) {
		name := "AUREA_" + strings.ToUpper(strings.ReplaceAll(flag.Name, "-", "_"))
		value, given := os.LookupEnv(name)
		if !given || flag.Changed || failed != nil {
			return
		}
		if err := flags.Set(flag.Name, value); err != nil {
			failed = usageErrorf("environment variable %s: %v", name, err)
		}
	})
	return failed
}
