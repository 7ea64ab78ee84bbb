package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/client"
	"github.com/aurea-orchestrator/aurea/internal/format"
	"github.com/aurea-orchestrator/aurea/internal/report"
)

func newSearchesCommand() *cobra.Command {
	command := newServerCommand("searches [ID]", "List the searches of a service, or show one", cobra.MaximumNArgs(1),
		func(command *cobra.Command, service *client.Client, args []string) error {
			if len(args) == 1 {
				return showSearch(command, service, args[0])
			}
			searches, err := service.Searches(command.Context())
			if err != nil {
				return err
			}
			if wantsJSON(command) {
				return format.WriteJSON(command.OutOrStdout(), map[string]any{"searches": searches})
			}
			return printSearches(command.OutOrStdout(), searches, textOptions(command))
		})
	command.Long = `Lists the searches that POST /v1/searches started at a service, newest first, or
shows what one has found, as aurea search does. last is the newest one. A service
keeps its newest 100 searches. One that ran when the service ended is interrupted,
with the runs that it had done.`
	command.Example = `  aurea searches
  aurea searches last --server http://127.0.0.1:5000 -o json`
	addOutputFlag(command)
	command.ValidArgsFunction = cobra.FixedCompletions(
		[]cobra.Completion{cobra.CompletionWithDesc(lastRun, "the newest one")}, cobra.ShellCompDirectiveNoFileComp)
	return command
}

// showSearch prints one search.
func showSearch(command *cobra.Command, service *client.Client, id string) error {
	if id == lastRun {
		searches, err := service.Searches(command.Context())
		if err != nil {
			return err
		}
		if len(searches) == 0 {
			return fmt.Errorf("%w: there is no search yet", aurea.ErrNotFound)
		}
		id = searches[0].ID
	}
	search, err := service.Search(command.Context(), id, 0)
	if err != nil {
		return err
	}
	return writeSearch(search, wantsJSON(command), textOptions(command), command.OutOrStdout())
}

// printSearches prints searches as a table.
func printSearches(w io.Writer, searches []aurea.Search, o report.Options) error {
	t := format.Table{Columns: []format.Column{
		{Header: "search"}, {Header: "status"}, {Header: "limit"},
		{Header: "name", Shorten: format.ClipMiddle, Least: minRunName, Drop: 1},
		{Header: "created", Shorten: dayAndMinute, Drop: 3}, {Header: "runs", Drop: 2},
	}}
	for _, s := range searches {
		limit := format.NoValue
		if s.Limit != nil {
			limit = report.Load(s.Request, *s.Limit)
		}
		t.Rows = append(t.Rows, []string{
			s.ID, string(s.Status), limit, s.Request.Spec.Name, s.CreatedAt.Local().Format(time.DateTime),
			strconv.Itoa(len(s.Points)),
		})
	}
	_, err := fmt.Fprintln(w, strings.Join(t.Lines(o.Width), "\n"))
	return err
}
