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

	"github.com/spf13/cobra"
)

// version is set by the Makefile: -ldflags "-X main.version=…".
var version = "dev"

func main() {
	setMemoryLimit()
	os.Exit(run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run is the command as a function: what tests call.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	root := newRootCommand()
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	root.InitDefaultCompletionCmd()
	rejectUnknownCommands(root)
	command, err := root.ExecuteContextC(ctx)
	return exitCode(command, err, stderr)
}

func newRootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "aurea",
		Short: "How many jobs a second, how late, at what cost",
		Long: `Aurea runs jobs truly in parallel, measures every one honestly, and tells how
many a second were done, how late they were and what they cost.

Every flag can be given as an environment variable: --listen is AUREA_LISTEN. An
empty one is an unset one. For a single command there is one with its name in it:
AUREA_RUNS_LIST_LIMIT.`,
		SilenceErrors: true,
		SilenceUsage:  true,
		PersistentPreRunE: func(command *cobra.Command, _ []string) error {
			if err := rejectEmptyFlags(command.Flags()); err != nil {
				return err
			}
			return setFlagsFromEnvironment(command)
		},
	}
	root.SetFlagErrorFunc(flagError)
	root.AddCommand(newServeCommand(), newRunCommand(), newCompareCommand(), newRunsCommand(), newWorkloadsCommand(), newHealthCommand(), newVersionCommand())
	root.SetHelpCommand(newHelpCommand(root))
	return root
}
