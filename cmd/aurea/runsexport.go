package main

import (
	"io"

	"github.com/spf13/cobra"

	"github.com/aurea-orchestrator/aurea/client"
)

func newRunsExportCommand() *cobra.Command {
	command := newServiceCommand("export ID", "Write the record of every job of a finished run", cobra.ExactArgs(1),
		func(command *cobra.Command, service *client.Client, args []string) error {
			format, _ := command.Flags().GetString("format")
			file, _ := command.Flags().GetString("file")
			id, err := findRun(command.Context(), service, args[0], finishedRun)
			if err != nil {
				return err
			}
			jobs, err := service.Export(command.Context(), id, format)
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
	command.Flags().StringP("file", "f", "", "file to write (default standard output)")
	return command
}
