package main

import (
	"fmt"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/aurea-orchestrator/aurea/internal/importer"
)

// importOpenAPIOptions are the flags of aurea import openapi.
type importOpenAPIOptions struct{ baseURL, match, methods string }

func newImportOpenAPICommand() *cobra.Command {
	var o importOpenAPIOptions
	command := &cobra.Command{
		Use:   "openapi FILE",
		Short: "Make a spec of a document of OpenAPI",
		Long: `Prints a spec that calls the operations of a document of OpenAPI 3, in JSON or YAML,
as the parts of a mix: those with GET, or with the methods of --methods. Parameters and
bodies have the document's examples and defaults, or else fields that draw values of
their schemas. "-" is standard input.`,
		Example: `  aurea import openapi openapi.yaml >spec.yaml
  aurea import openapi openapi.json --methods GET,POST --match '^/items'`,
		Args: cobra.ExactArgs(1),
		RunE: func(command *cobra.Command, args []string) error { return o.run(command, args[0]) },
	}
	flags := command.Flags()
	flags.StringVar(&o.baseURL, "base-url", "",
		"`URL` that stands before the paths (default the document's first server)")
	flags.StringVar(&o.methods, "methods", "GET", "methods of the operations, such as `GET,POST`")
	flags.StringVar(&o.match, "match", "", "import only operations whose path matches a `REGEXP`")
	return command
}

// run prints the spec of a document.
func (o *importOpenAPIOptions) run(command *cobra.Command, arg string) error {
	pattern, err := regexp.Compile(o.match)
	if err != nil {
		return usageErrorf("--match must be a regular expression: %v", err)
	}
	if o.baseURL != "" {
		if err := checkBaseURL(o.baseURL); err != nil {
			return err
		}
	}
	choice := importer.OpenAPIChoice{BaseURL: o.baseURL, Wanted: pattern.MatchString}
	for method := range strings.SplitSeq(o.methods, ",") {
		method = strings.ToUpper(strings.TrimSpace(method))
		if !slices.Contains(importer.OpenAPIMethods(), method) {
			return usageErrorf("--methods must be some of %s, with commas; got %q",
				strings.Join(importer.OpenAPIMethods(), ","), o.methods)
		}
		choice.Methods = append(choice.Methods, method)
	}
	content, err := readFile(arg, command.InOrStdin(), maxSpecFile)
	if err != nil {
		return usageErrorf("cannot read what is to be imported: %w", err)
	}
	name := filepath.ToSlash(arg)
	if arg == "-" {
		name = "standard input"
	}
	document, err := parseSpecFile(name, content)
	if err != nil {
		return err
	}
	requests, err := importer.OpenAPI(document.fields, choice)
	if err != nil {
		return usageErrorf("%s: %v", name, err)
	}
	written, err := importer.WriteSpec("a document of OpenAPI", importer.Mix, requests)
	if err != nil {
		return usageErrorf("%s: %v; --match and --methods choose operations", name, err)
	}
	if err := checkImported(written); err != nil {
		return fmt.Errorf("%s cannot be sent: %w", name, err)
	}
	_, err = fmt.Fprint(command.OutOrStdout(), written)
	return err
}

// checkBaseURL refuses a --base-url that cannot stand before paths.
func checkBaseURL(text string) error {
	base, err := url.Parse(text)
	if err != nil || base.Scheme != "http" && base.Scheme != "https" || base.Host == "" ||
		base.RawQuery != "" || base.Fragment != "" {
		return usageErrorf("--base-url must be a URL such as http://localhost:8080, which stands before paths; got %q",
			text)
	}
	return nil
}
