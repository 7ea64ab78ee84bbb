package main

import (
	"github.com/spf13/cobra"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/format"
)

func newSpecSchemaCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of specs, for editors",
		Long: `Prints the JSON Schema of specs, in YAML or JSON. Editors complete and check
specs with it, such as those with yaml-language-server if a spec begins with

  # yaml-language-server: $schema=aurea.schema.json`,
		Example: "  aurea spec schema >aurea.schema.json",
		Args:    cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			return format.WriteJSON(command.OutOrStdout(), aurea.SpecSchema(everyKind.AllKinds()))
		},
	}
}
