// Command aurea runs benchmarks as a service (serve) or once (run). It compares
// runs (compare) and manages the runs of a service (runs).
//
// Its stance: only this package wires components together, reads flags and the
// environment, and handles signals. Results go to standard output, everything
// else to standard error. exit.go lists the exit codes.
package main

import (
	"context"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
)

// version is set by the Makefile: -ldflags "-X main.version=…".
var version = "dev"

func main() {
	setMemoryLimit()
	os.Exit(run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run executes a command line and returns its exit code. Tests call it.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	root := newRootCommand()
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	root.InitDefaultCompletionCmd()
	wrapHelp(root)
	if len(args) > 0 && strings.HasPrefix(args[0], cobra.ShellCompRequestCmd) {
		completeValues(root)
	}
	rejectUnknownCommands(root)
	addVersionFlag(root)
	if err := rejectSingleDash(root, args); err != nil {
		return exitCode(root, err, stderr)
	}
	command, err := root.ExecuteContextC(ctx)
	return exitCode(command, err, stderr)
}

// buildCommands make the commands of builds with tags, such as man. What they
// link costs other builds nothing.
var buildCommands []func() *cobra.Command

func newRootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "aurea",
		Short: "How many jobs a second, how late, at what cost",
		Long: `Aurea runs jobs truly in parallel, measures every one honestly, and reports how
many a second were done, how late they were and what they cost.

Every flag can be set by an environment variable: --listen by AUREA_LISTEN. An empty
variable counts as unset. A variable with the name of a command applies to that
command only: AUREA_RUNS_LIST_LIMIT.`,
		SilenceErrors: true,
		SilenceUsage:  true,
		PersistentPreRunE: func(command *cobra.Command, _ []string) error {
			if err := rejectEmptyFlags(command.Flags()); err != nil {
				return err
			}
			if err := setFlagsFromEnvironment(command); err != nil {
				return err
			}
			if err := rejectUnknownForms(command.Flags()); err != nil {
				return err
			}
			return rejectMisplacedFlags(command.Flags())
		},
	}
	root.SetFlagErrorFunc(flagError)
	root.AddCommand(
		newServeCommand(),
		newRunCommand(),
		newABCommand(),
		newCompareCommand(),
		newReportCommand(),
		newTrendCommand(),
		newSearchCommand(),
		newSearchesCommand(),
		newRunsCommand(),
		newSpecCommand(),
		newImportCommand(),
		newDoctorCommand(),
		newWorkloadsCommand(),
		newWorkerCommand(),
		newWorkersCommand(),
		newHealthCommand(),
		newVersionCommand(),
	)
	for _, newCommand := range buildCommands {
		root.AddCommand(newCommand())
	}
	root.SetHelpCommand(newHelpCommand(root))
	return root
}
