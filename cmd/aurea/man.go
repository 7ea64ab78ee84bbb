//go:build man

package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

func init() { buildCommands = append(buildCommands, newManCommand) }

// newManCommand returns the command with which make man writes man pages.
// Its library would cost every start of the command a quarter of a millisecond.
func newManCommand() *cobra.Command {
	return &cobra.Command{
		Use:    "man DIR",
		Short:  "Write a man page for each command into a directory",
		Hidden: true,
		Args:   cobra.ExactArgs(1),
		RunE: func(command *cobra.Command, args []string) error {
			if err := os.MkdirAll(args[0], 0o755); err != nil {
				return fmt.Errorf("cannot make the directory: %w", err)
			}
			root := command.Root()
			root.DisableAutoGenTag = true // the same commit makes the same pages
			header := &doc.GenManHeader{Title: "AUREA", Section: "1", Source: "Aurea " + version, Manual: "Aurea"}
			return doc.GenManTree(root, header, args[0])
		},
	}
}
