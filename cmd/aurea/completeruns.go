package main

import (
	"context"
	"fmt"
	"maps"
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

// completeRuns completes references to runs with one of the statuses: last, the
// names of the newest runs, and their ids, each with its name and time. It
// completes nothing if the server or history does not answer.
func completeRuns(source *sourceFlags, statuses []aurea.Status) cobra.CompletionFunc {
	return func(command *cobra.Command, given []string, start string) ([]cobra.Completion, cobra.ShellCompDirective) {
		const directive = cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
		if len(given) > 0 && command.Args(command, append(slices.Clone(given), start)) != nil {
			return nil, directive // it takes no more ids
		}
		return beginningWith(start, runCompletions(newestRuns(command, source, statuses))), directive
	}
}

// completeRunsAndFiles is completeRuns for one argument that may be a file.
func completeRunsAndFiles(source *sourceFlags, statuses []aurea.Status) cobra.CompletionFunc {
	return func(command *cobra.Command, given []string, start string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if len(given) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return beginningWith(start, runCompletions(newestRuns(command, source, statuses))),
			cobra.ShellCompDirectiveKeepOrder
	}
}

// completeSides completes the sides of a comparison: files, and what
// completeRuns completes, also behind a comma.
func completeSides(source *sourceFlags) cobra.CompletionFunc {
	return func(command *cobra.Command, given []string, start string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if len(given) > 1 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		runs := newestRuns(command, source, finishedRun)
		var words []cobra.Completion
		if len(given) == 0 && len(runs) > 0 {
			words = append(words, cobra.CompletionWithDesc("baseline", "the runs that are that of HEAD's name"))
		}
		words = append(words, runCompletions(runs)...)
		for _, label := range labelsOf(runs) {
			words = append(words, cobra.CompletionWithDesc("label:"+label, "its completed runs"))
		}
		before := start[:strings.LastIndex(start, ",")+1]
		for i := range words {
			words[i] = before + words[i]
		}
		return beginningWith(start, words), cobra.ShellCompDirectiveKeepOrder
	}
}

// completeNames completes the names of the newest runs. The directive says
// whether files do as well.
func completeNames(source *sourceFlags, directive cobra.ShellCompDirective) cobra.CompletionFunc {
	return completeOf(source, directive, namesOf)
}

// completeLabels completes the labels of the newest runs.
func completeLabels(source *sourceFlags) cobra.CompletionFunc {
	return completeOf(source, cobra.ShellCompDirectiveNoFileComp, labelsOf)
}

// completeOf completes one argument, or a flag, with what it finds in the newest
// runs.
func completeOf(
	source *sourceFlags, directive cobra.ShellCompDirective, find func([]aurea.RunSummary) []string,
) cobra.CompletionFunc {
	return func(command *cobra.Command, given []string, start string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if directive == cobra.ShellCompDirectiveDefault && len(given) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return beginningWith(start, find(newestRuns(command, source, anyRun))), directive
	}
}

// newestRuns returns the newest runs with one of the statuses; nil if the server
// or history does not answer.
func newestRuns(command *cobra.Command, source *sourceFlags, statuses []aurea.Status) []aurea.RunSummary {
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
	page, err := service.List(ctx, aurea.RunQuery{Statuses: statuses, Limit: aurea.MaxPage})
	if err != nil {
		return nil
	}
	return page.Runs
}

// runCompletions returns the references to runs that a shell suggests.
func runCompletions(runs []aurea.RunSummary) (completions []cobra.Completion) {
	if len(runs) == 0 {
		return nil
	}
	completions = append(completions, cobra.CompletionWithDesc(lastRun, "the newest one"))
	for _, name := range namesOf(runs) {
		completions = append(completions, cobra.CompletionWithDesc(nameReference+name, "by its name"))
	}
	for _, run := range runs[:min(len(runs), completedRuns)] {
		text := fmt.Sprintf("%s %s %s", run.CreatedAt.Local().Format(time.DateTime), run.Status, run.Name)
		completions = append(completions, cobra.CompletionWithDesc(run.ID, format.Sanitize(strings.TrimSpace(text))))
	}
	return completions
}

// namesOf returns the names of runs, the newest one first. It leaves out those
// that a terminal could not show.
func namesOf(runs []aurea.RunSummary) (names []string) {
	for _, run := range runs {
		if run.Name != "" && format.Sanitize(run.Name) == run.Name && !slices.Contains(names, run.Name) {
			names = append(names, run.Name)
		}
	}
	return names
}

// labelsOf returns the labels of runs as key=value, sorted.
func labelsOf(runs []aurea.RunSummary) []string {
	labels := map[string]bool{}
	for _, run := range runs {
		for key, value := range run.Labels {
			if label := key + "=" + value; format.Sanitize(label) == label {
				labels[label] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(labels))
}

// beginningWith returns the completions that begin with what is there already.
func beginningWith(start string, completions []cobra.Completion) []cobra.Completion {
	return slices.DeleteFunc(completions, func(c cobra.Completion) bool { return !strings.HasPrefix(c, start) })
}
