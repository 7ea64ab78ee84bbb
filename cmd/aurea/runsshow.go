package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/client"
)

func newRunsShowCommand() *cobra.Command {
	command := newServerCommand("show ID", "Show a run, with its result when there is one", cobra.ExactArgs(1),
		func(command *cobra.Command, service *client.Client, args []string) error {
			asJSON, err := wantsJSON(command)
			if err != nil {
				return err
			}
			get := service.Get
			if wait, _ := command.Flags().GetBool("wait"); wait {
				get = service.Wait
			}
			run, err := get(command.Context(), args[0])
			if err != nil {
				return err
			}
			if asJSON {
				return writeJSON(command.OutOrStdout(), run)
			}
			return printRun(command.OutOrStdout(), run)
		})
	command.Flags().Bool("wait", false, "wait for its end")
	addOutputFlag(command)
	return command
}

// printRun prints a run for people: its result, or how far it has come.
func printRun(w io.Writer, run aurea.Run) error {
	if run.Result != nil {
		if err := writeText(run.Result, w); err != nil {
			return err
		}
	}
	t := newRowWriter(w)
	line := func(name, value string) {
		if value != "" {
			t.row(name, value)
		}
	}
	if run.Result == nil {
		line("run", run.ID+formatName(run.Name))
		line("status", string(run.Status))
	} else {
		t.row()
	}
	if run.QueuePosition > 0 {
		line("queue", fmt.Sprintf("place %d", run.QueuePosition))
	}
	line("error", run.Error)
	line("created", run.CreatedAt.Local().Format(time.DateTime))
	line("workload", run.Spec.Job().Kind)
	if p := run.Progress; p != nil && run.Result == nil {
		line("so far", fmt.Sprintf("%s, %d started, %d ok, %d failed, %d in flight", formatDuration(p.Elapsed), p.Started, p.OK, p.Failed, p.InFlight))
	}
	line("note", run.Note)
	if run.Baseline {
		line("baseline", "of "+run.Name)
	}
	line("digest", run.Digest)
	return t.Flush()
}

func newRunsExportCommand() *cobra.Command {
	command := newServerCommand("export ID", "Write the record of every job of a finished run", cobra.ExactArgs(1),
		func(command *cobra.Command, service *client.Client, args []string) error {
			format, _ := command.Flags().GetString("format")
			file, _ := command.Flags().GetString("file")
			jobs, err := service.Export(command.Context(), args[0], format)
			if err != nil {
				return err
			}
			defer func() { _ = jobs.Close() }() // it was read
			if file == "" {
				_, err = io.Copy(command.OutOrStdout(), jobs)
				return err
			}
			return writeCompleteFile(file, jobs)
		})
	command.Flags().String("format", "ndjson", "ndjson, csv or parquet")
	command.Flags().StringP("file", "f", "", "where to write; standard output unless given")
	return command
}

// writeCompleteFile writes a file that is whole, or is not there.
func writeCompleteFile(name string, content io.Reader) error {
	file, err := os.Create(name)
	if err != nil {
		return err
	}
	_, err = io.Copy(file, content)
	if closed := file.Close(); err == nil {
		err = closed
	}
	if err != nil {
		_ = os.Remove(name) // half of it may be taken for all of it
	}
	return err
}
