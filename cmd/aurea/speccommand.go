package main

import "github.com/spf13/cobra"

func newSpecCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "spec",
		Short: "Check specs, describe them for editors, and begin new ones",
	}
	command.AddCommand(newSpecCheckCommand(), newSpecSchemaCommand(), newSpecInitCommand())
	return command
}
