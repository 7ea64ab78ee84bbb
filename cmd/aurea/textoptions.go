package main

import (
	"io"
	"os"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/aurea-orchestrator/aurea/internal/platform"
	"github.com/aurea-orchestrator/aurea/internal/report"
)

// addVerboseFlag adds the flag that textOptions reads.
func addVerboseFlag(flags *pflag.FlagSet) {
	flags.BoolP("verbose", "v", false, "also print rows that are zero or noise")
}

// textOptions returns the options of a report on the command's output. Colour
// needs a terminal, and a user who did not set NO_COLOR (see no-color.org).
func textOptions(command *cobra.Command) report.Options {
	verbose, _ := command.Flags().GetBool("verbose")
	width := terminalWidth(command.OutOrStdout())
	return report.Options{
		Width:   width,
		Verbose: verbose,
		Color:   width > 0 && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb",
	}
}

// terminalWidth returns the columns of a terminal; 0 for any other output.
func terminalWidth(output io.Writer) int {
	file, ok := output.(*os.File)
	if !ok {
		return 0
	}
	return platform.TerminalWidth(file)
}
