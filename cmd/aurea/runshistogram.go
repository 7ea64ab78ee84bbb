package main

import (
	"io"

	"github.com/spf13/cobra"

	"github.com/aurea-orchestrator/aurea/client"
)

func newRunsHistogramCommand() *cobra.Command {
	var query client.HistogramQuery
	command := newRunIDCommand("histogram ID", "Print a histogram of a finished run", cobra.ExactArgs(1), finishedRun,
		func(command *cobra.Command, service *client.Client, ids []string) error {
			histogram, err := service.Histogram(command.Context(), ids[0], query)
			if err != nil {
				return err
			}
			defer func() { _ = histogram.Close() }() // it was only read
			_, err = io.Copy(command.OutOrStdout(), histogram)
			return err
		})
	command.Long = `Prints a histogram of a finished run: as text in HdrHistogram's percentile format, with
its compressed encoding in the last line, or as JSON.`
	flags := command.Flags()
	flags.StringVar(&query.Of, "of", "latency", "latency, service_time, delay or failed_latency")
	flags.StringVar(&query.Worker, "worker", "",
		"id or name of a worker that the result lists; without it, the whole run")
	flags.StringVar(&query.Format, "format", "text", "text or json")
	flags.StringVar(&query.Unit, "unit", "ms", "unit of the text: s, ms, us or ns")
	annotate(flags, "of", formsAnnotation, "latency", "service_time", "delay", "failed_latency")
	annotate(flags, "format", formsAnnotation, "text", "json")
	annotate(flags, "unit", formsAnnotation, "s", "ms", "us", "ns")
	return command
}
