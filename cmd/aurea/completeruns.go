package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/format"
)

const (
	completedRuns     = 30              // the newest ones
	completionTimeout = 2 * time.Second // after that the shell gets nothing
)

// completeRuns completes the ids of the newest runs with one of the statuses, each
// with its name and time, and last. It completes nothing if the server or history
// does not answer.
func completeRuns(source *sourceFlags, statuses []aurea.Status) cobra.CompletionFunc {
	return func(command *cobra.Command, given []string, start string) ([]cobra.Completion, cobra.ShellCompDirective) {
		const directive = cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
		if len(given) > 0 && command.Args(command, append(slices.Clone(given), start)) != nil {
			return nil, directive // it takes no more ids
		}
		return listCompletions(command, source, statuses, start), directive
	}
}

// completeRunsAndFiles is completeRuns for one argument that may be a file.
func completeRunsAndFiles(source *sourceFlags, statuses []aurea.Status) cobra.CompletionFunc {
	return func(command *cobra.Command, given []string, start string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if len(given) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return listCompletions(command, source, statuses, start), cobra.ShellCompDirectiveKeepOrder
	}
}

func listCompletions(
	command *cobra.Command, source *sourceFlags, statuses []aurea.Status, start string,
) []cobra.Completion {
	if setFlagsFromEnvironment(command) != nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(command.Context(), completionTimeout)
	defer cancel()
	service, done, err := source.open(ctx)
	if err != nil {
		return nil
	}
	defer done()
	page, err := service.List(ctx, aurea.RunQuery{Statuses: statuses, Limit: completedRuns})
	if err != nil || len(page.Runs) == 0 {
		return nil
	}
	completions := []cobra.Completion{cobra.CompletionWithDesc(lastRun, "the newest one")}
	for _, run := range page.Runs {
		text := fmt.Sprintf("%s %s %s", run.CreatedAt.Local().Format(time.DateTime), run.Status, run.Name)
		completions = append(completions, cobra.CompletionWithDesc(run.ID, format.Sanitize(strings.TrimSpace(text))))
	}
	return slices.DeleteFunc(completions, func(c cobra.Completion) bool { return !strings.HasPrefix(c, start) })
}
