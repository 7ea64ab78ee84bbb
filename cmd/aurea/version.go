package main

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"
)

func newVersionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			return printVersion(command)
		},
	}
}

func printVersion(command *cobra.Command) error {
	_, err := fmt.Fprintln(command.OutOrStdout(), "aurea", versionText())
	return err
}

// addVersionFlag makes root print the version on -v or --version. What it did
// without arguments it does without them still.
func addVersionFlag(root *cobra.Command) {
	asked := root.Flags().BoolP("version", "v", false, "version for "+root.Name())
	otherwise := root.RunE
	root.RunE = func(command *cobra.Command, args []string) error {
		if *asked {
			return printVersion(command)
		}
		return otherwise(command, args)
	}
}

// versionText describes this build: its version, Go's and the platform.
func versionText() string {
	return fmt.Sprintf("%s %s %s/%s", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}
