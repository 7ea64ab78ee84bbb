package main

import (
	"io"

	"github.com/spf13/cobra"

	"github.com/aurea-orchestrator/aurea/client"
)

func newRunsExportCommand() *cobra.Command {
	command := newRunIDCommand("export ID", "Write the record of every job of a finished run",
		cobra.ExactArgs(1), finishedRun,
		func(command *cobra.Command, service *client.Client, ids []string) error {
			format, _ := command.Flags().GetString("format")
			file, _ := command.Flags().GetString("file")
			jobs, err := service.Export(command.Context(), ids[0], format)
			if err != nil {
				return err
			}
			defer func() { _ = jobs.Close() }() // it was only read
			if file == "" {
				_, err = io.Copy(command.OutOrStdout(), jobs)
				return err
			}
			return writeFile(file, func(w io.Writer) error {
				_, err := io.Copy(w, jobs)
				return err
			})
		})
	command.Flags().String("format", "ndjson", "ndjson, csv or parquet")
	annotate(command.Flags(), "format", formsAnnotation, "ndjson", "csv", "parquet")
	command.Flags().StringP("file", "f", "", "file to write (default standard output)")
	return command
}
