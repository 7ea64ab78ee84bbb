package main

import (
	"fmt"
	"net/url"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/importer"
	"github.com/aurea-orchestrator/aurea/internal/template"
)

func newImportK6Command() *cobra.Command {
	target := ""
	command := &cobra.Command{
		Use:   "k6-summary FILE",
		Short: "Make a spec of a summary of k6",
		Long: `Prints a spec with the thresholds and the load of a test of k6, by its summary: the
file of --summary-export, or the data of handleSummary. "-" is standard input.

A summary has no requests: the spec sends GET to --url, and its comments say what to
add. Thresholds without a counterpart are left out, each with the reason in a comment
and on standard error.`,
		Example: `  k6 run --summary-export summary.json script.js
  aurea import k6-summary summary.json --url http://localhost:8080/ >spec.yaml`,
		Args: cobra.ExactArgs(1),
		RunE: func(command *cobra.Command, args []string) error { return importK6(command, args[0], target) },
	}
	command.Flags().StringVar(&target, "url", "", "`URL` that the jobs request, which a summary does not have")
	return command
}

// importK6 prints the spec of a summary.
func importK6(command *cobra.Command, arg, target string) error {
	u, err := url.Parse(target)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return usageErrorf("--url must be the URL that jobs request, such as http://localhost:8080/, "+
			"which a summary does not have; got %q", target)
	}
	if _, err := (&template.Parser{}).Parse(target); err != nil {
		return usageErrorf("--url: %v", err)
	}
	content, err := readFile(arg, command.InOrStdin(), maxImport)
	if err != nil {
		return usageErrorf("cannot read what is to be imported: %w", err)
	}
	name := filepath.ToSlash(arg)
	if arg == "-" {
		name = "standard input"
	}
	summary, err := importer.ReadK6Summary(string(content), func(threshold string) error {
		_, err := aurea.ParseThreshold(threshold)
		return err
	})
	if err != nil {
		return importError(name, string(content), err)
	}
	written := summary.Spec(target)
	if err := checkImported(written); err != nil {
		return fmt.Errorf("%s cannot be imported: %w", name, err)
	}
	for _, left := range summary.LeftOut {
		fmt.Fprintf(command.ErrOrStderr(), "aurea: %s\n", left)
	}
	_, err = fmt.Fprint(command.OutOrStdout(), written)
	return err
}
