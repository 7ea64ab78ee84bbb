package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/client"
	"github.com/aurea-orchestrator/aurea/internal/format"
	"github.com/aurea-orchestrator/aurea/internal/report"
)

func newRunsListCommand() *cobra.Command {
	source := new(sourceFlags)
	command := newSourceCommand(source, "list", "List runs, newest first", cobra.NoArgs,
		func(command *cobra.Command, service *client.Client, _ []string) error {
			query, err := parseRunQuery(command.Flags(), time.Now())
			if err != nil {
				return err
			}
			asJSON := wantsJSON(command)
			page, err := listRuns(command.Context(), service, query)
			if err != nil {
				return err
			}
			if asJSON {
				return format.WriteJSON(command.OutOrStdout(), page)
			}
			runs, err := page.Decode()
			if err != nil {
				return err
			}
			return printRuns(command.OutOrStdout(), runs, textOptions(command))
		})
	flags := command.Flags()
	flags.StringSlice("status", nil, "only runs with one of these statuses")
	flags.String("verdict", "", "only runs with this verdict: none, pass, fail, invalid, no_data")
	annotate(flags, "verdict", formsAnnotation, verdictForms()...)
	flags.String("workload", "", "only runs of this kind of workload")
	flags.String("name", "", "only runs of this name")
	flags.String("search", "", "only runs with this text in the id, the name or a label's value")
	flags.StringArray("label", nil, "only runs with this label, key=value; repeatable")
	flags.String("since", "", "only runs created since a time such as 2026-11-25T08:00:00Z, or a time ago such as 24h")
	flags.String("until", "", "only runs created before a time, given as for --since")
	flags.Bool("baseline", false, "only runs that are a baseline")
	flags.Int("limit", 20, "most runs to list")
	addOutputFlag(command)
	completeFlag(command, "name", completeNames(source, cobra.ShellCompDirectiveNoFileComp))
	completeFlag(command, "label", completeLabels(source))
	return command
}

// verdictForms returns what --verdict takes.
func verdictForms() (forms []string) {
	for _, verdict := range aurea.Verdicts() {
		forms = append(forms, string(verdict))
	}
	return forms
}

// parseRunQuery builds the query from the flags. Times ago are relative to now.
func parseRunQuery(flags *pflag.FlagSet, now time.Time) (query aurea.RunQuery, err error) {
	statuses, _ := flags.GetStringSlice("status")
	for _, status := range statuses {
		query.Statuses = append(query.Statuses, aurea.Status(status))
	}
	verdict, _ := flags.GetString("verdict")
	query.Verdict = aurea.Verdict(verdict)
	query.Workload, _ = flags.GetString("workload")
	query.Name, _ = flags.GetString("name")
	query.Text, _ = flags.GetString("search")
	query.Baseline, _ = flags.GetBool("baseline")
	if query.Limit, _ = flags.GetInt("limit"); query.Limit < 1 {
		return query, usageErrorf("--limit must be at least 1; got %d", query.Limit)
	}
	labels := repeatedValues(flags, "label")
	if query.Labels, err = parseLabels(labels); err != nil {
		return query, err
	}
	if query.Since, err = parseTimeFlag(flags, "since", now); err != nil {
		return query, err
	}
	query.Until, err = parseTimeFlag(flags, "until", now)
	return query, err
}

// parseTimeFlag parses a flag that is a time, or how long ago it was. It
// returns the zero time for an empty flag.
func parseTimeFlag(flags *pflag.FlagSet, name string, now time.Time) (time.Time, error) {
	text, _ := flags.GetString(name)
	if text == "" {
		return time.Time{}, nil
	}
	if ago, err := time.ParseDuration(text); err == nil && ago >= 0 {
		return now.Add(-ago), nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}, usageErrorf(
			"--%s must be a moment such as 2026-11-25T08:00:00Z, or how long ago, such as 24h; got %q", name, text)
	}
	return at, nil
}

// listRuns lists up to query.Limit runs, in as many pages as needed.
func listRuns(ctx context.Context, service *client.Client, query aurea.RunQuery) (aurea.RunPage, error) {
	all := aurea.RunPage{Runs: []aurea.RunSummary{}}
	for wanted := query.Limit; ; {
		query.Limit = min(wanted-len(all.Runs), aurea.MaxPage)
		page, err := service.List(ctx, query)
		if err != nil {
			return all, err
		}
		all.Runs = append(all.Runs, page.Runs...)
		all.NextCursor = page.NextCursor
		if page.NextCursor == "" || len(all.Runs) >= wanted {
			all.Runs = all.Runs[:min(len(all.Runs), wanted)]
			return all, nil
		}
		query.Cursor = page.NextCursor
	}
}

// Of a text in a narrow table of runs: the shortest name, and the shortest
// beginning of an id.
const (
	minRunName  = 8
	minRunStart = len(runPrefix) + len("01a227c4-1aa4")
)

// printRuns prints runs as a table. In a narrow one an id is shortened to a
// beginning that no other run in the table has.
func printRuns(w io.Writer, runs []aurea.Run, o report.Options) error {
	start := max(minRunStart, distinctStart(runs))
	t := format.Table{Columns: []format.Column{
		{Header: "run", Shorten: func(id string, _ int) string { return id[:min(start, len(id))] }},
		{Header: "status"}, {Header: "workload", Drop: 3},
		{Header: "name", Shorten: format.ClipMiddle, Least: minRunName},
		{Header: "created", Shorten: dayAndMinute, Drop: 6}, {Header: "jobs", Drop: 1}, {Header: "jobs/s", Drop: 2},
		{Header: "p99", Drop: 5}, {Header: "verdict", Drop: 4},
	}}
	for _, run := range runs {
		status := string(run.Status)
		if run.Damaged != "" {
			status = "damaged"
		}
		created := run.CreatedAt.Local().Format(time.DateTime)
		row := []string{run.ID, status, run.Spec.ResolvedWorkload().Kind, run.Name, created, "", "", "", ""}
		if r := run.Result; r != nil {
			p99 := format.Sampled(r.Latency.Count > 0, r.Latency.P99)
			copy(row[5:],
				[]string{strconv.FormatInt(r.Counts.Planned, 10), format.Count(r.Throughput), p99, string(r.Verdict)})
		}
		t.Rows = append(t.Rows, row)
	}
	_, err := fmt.Fprintln(w, strings.Join(t.Lines(o.Width), "\n"))
	return err
}

// dayAndMinute returns a time.DateTime without its year and its seconds.
func dayAndMinute(moment string, _ int) string { return moment[len("2006-") : len(moment)-len(":05")] }

// distinctStart returns how many characters of their ids tell runs apart.
func distinctStart(runs []aurea.Run) int {
	var ids []string
	for _, run := range runs {
		ids = append(ids, run.ID)
	}
	slices.Sort(ids)
	needed := 0
	for i := 1; i < len(ids); i++ {
		same := 0
		for same < min(len(ids[i-1]), len(ids[i])) && ids[i-1][same] == ids[i][same] {
			same++
		}
		needed = max(needed, same+1)
	}
	return needed
}
