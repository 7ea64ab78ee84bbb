package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/client"
	"github.com/aurea-orchestrator/aurea/internal/format"
	"github.com/aurea-orchestrator/aurea/internal/report"
)

func newWorkersCommand() *cobra.Command {
	command := newServerCommand("workers", "List the workers of a service", cobra.NoArgs,
		func(command *cobra.Command, service *client.Client, _ []string) error {
			asJSON := wantsJSON(command)
			workers, err := service.Workers(command.Context())
			if err != nil {
				return err
			}
			if asJSON {
				return format.WriteJSON(command.OutOrStdout(), map[string]any{"workers": workers})
			}
			return printWorkers(command.OutOrStdout(), workers, time.Now(), textOptions(command))
		})
	addOutputFlag(command)
	return command
}

// The widest and the narrowest cells of the table of workers. Names may be as
// long as workers like.
const (
	maxWorkerCell = 60
	minWorkerCell = 10
)

// printWorkers prints workers as a table, and below it why some are refused and
// which runs they execute.
func printWorkers(w io.Writer, workers []aurea.Worker, now time.Time, o report.Options) error {
	if len(workers) == 0 {
		_, err := fmt.Fprintln(w, "no workers: the service runs jobs itself")
		return err
	}
	table := format.Table{Columns: []format.Column{
		{Header: "worker", Shorten: format.ClipMiddle, Least: minWorkerCell}, {Header: "state"},
		{Header: "cores", Drop: 2}, {Header: "host", Shorten: format.Clip, Least: minWorkerCell, Drop: 3},
		{Header: "clock", Drop: 1}, {Header: "labels", Shorten: format.Clip, Least: minWorkerCell},
	}}
	var notes []string
	for _, worker := range workers {
		table.Rows = append(table.Rows, []string{
			format.ClipMiddle(cmp.Or(worker.Name, worker.ID), maxWorkerCell), formatWorkerState(worker, now),
			strconv.Itoa(worker.Cores), format.Clip(worker.Host, maxWorkerCell), format.Bound(worker.Bound),
			format.Clip(formatLabels(worker.Labels), maxWorkerCell),
		})
		if worker.Reason != "" {
			notes = append(notes, worker.Name+" is refused: "+worker.Reason)
		}
	}
	notes = append(notes, formatWorkersOfRuns(workers)...)
	t := format.NewRows(w, o.Width)
	for _, line := range table.Lines(o.Width) {
		t.Row(line)
	}
	if len(notes) > 0 {
		t.Row()
	}
	for _, note := range notes {
		t.Row(note)
	}
	return t.Flush()
}

// formatWorkerState formats a state, and for a worker that is gone since when.
func formatWorkerState(worker aurea.Worker, now time.Time) string {
	if worker.State != aurea.WorkerGone {
		return string(worker.State)
	}
	return fmt.Sprintf("%s %s", worker.State, formatAge(now.Sub(worker.LastSeen)))
}

// formatAge formats a time ago in its largest unit.
func formatAge(age time.Duration) string {
	switch {
	case age >= time.Hour:
		return fmt.Sprintf("%dh", int(age.Hours()))
	case age >= time.Minute:
		return fmt.Sprintf("%dm", int(age.Minutes()))
	}
	return fmt.Sprintf("%ds", max(int(age.Seconds()), 0))
}

// formatLabels formats labels as key=value, sorted by key.
func formatLabels(labels map[string]string) string {
	var pairs []string
	for _, key := range slices.Sorted(maps.Keys(labels)) {
		pairs = append(pairs, key+"="+labels[key])
	}
	return strings.Join(pairs, ",")
}

// formatWorkersOfRuns says of each run how many workers it has.
func formatWorkersOfRuns(workers []aurea.Worker) []string {
	counts := map[string]int{}
	for _, worker := range workers {
		if worker.Run != "" {
			counts[worker.Run]++
		}
	}
	var lines []string
	for _, run := range slices.Sorted(maps.Keys(counts)) {
		lines = append(lines, run+" has "+format.NumberOf(counts[run], "worker"))
	}
	return lines
}
