package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/importer"
	"github.com/aurea-orchestrator/aurea/internal/specfile"
)

// maxImport limits the bytes of a file that is imported: HARs have the responses
// too.
const maxImport = 256 << 20

// An importFormat is a format that requests can be imported from.
type importFormat struct {
	name, short, long, example string
	from                       string // in a comment of the spec
	use                        importer.Use
	matches                    bool // --match chooses requests
	read                       importReader
}

// An importReader reads the wanted requests of a text. left is how many are of
// another protocol.
type importReader func(text string, wanted func(url string) bool) (requests []importer.Request, left int, err error)

// importFormats are the formats, in the order of the help.
var importFormats = []importFormat{
	{
		name: "curl", short: "Make a spec of command lines of curl", from: "curl", use: importer.Session,
		long: `Prints a spec that sends what command lines of curl send. They are read from a file,
or from standard input for "-"; an argument that begins with "curl " is a command line
itself. Several are the steps of one job. $NAME stays a variable of the spec.`,
		example: `  aurea import curl 'curl -X POST http://localhost:8080/ -d a=b' >spec.yaml
  aurea import curl commands.sh >spec.yaml`,
		read: func(text string, _ func(string) bool) ([]importer.Request, int, error) {
			requests, err := importer.Curl(text, os.ReadFile)
			return requests, 0, err
		},
	},
	{
		name: "har", short: "Make a spec of a browser's HAR", from: "a HAR", use: importer.Session, matches: true,
		long: `Prints a spec that sends the requests of a HAR, which the network panel of a browser
exports, as the steps of one job.`,
		example: `  aurea import har page.har --match '^https://shop.example/api/' >spec.yaml`,
		read:    importer.HAR,
	},
	{
		name: "vegeta", short: "Make a spec of vegeta's targets", from: "targets of vegeta", use: importer.Mix,
		long: `Prints a spec that sends the targets of vegeta, in its format http or json. Several
are the parts of a mix: each job sends one of them, by how often it is in the file.`,
		example: `  aurea import vegeta targets.txt >spec.yaml`,
		read: func(text string, _ func(string) bool) ([]importer.Request, int, error) {
			requests, err := importer.Vegeta(text)
			return requests, 0, err
		},
	},
}

func newImportCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "import",
		Short: "Make a spec of what other tools have: curl, a browser, k6, an access log",
	}
	for _, f := range importFormats {
		command.AddCommand(f.command())
	}
	command.AddCommand(newImportLogCommand(), newImportOpenAPICommand(), newImportK6Command())
	return command
}

// command returns the command of a format.
func (f importFormat) command() *cobra.Command {
	match := ""
	command := &cobra.Command{
		Use: f.name + " FILE", Short: f.short, Long: f.long, Example: f.example,
		Args: cobra.ExactArgs(1),
		RunE: func(command *cobra.Command, args []string) error { return f.run(command, args[0], match) },
	}
	if f.matches {
		command.Flags().StringVar(&match, "match", "", "import only requests whose URL matches a `REGEXP`")
	}
	return command
}

// run prints the spec of an input.
func (f importFormat) run(command *cobra.Command, arg, match string) error {
	pattern, err := regexp.Compile(match)
	if err != nil {
		return usageErrorf("--match must be a regular expression: %v", err)
	}
	name, text, err := f.input(command, arg)
	if err != nil {
		return err
	}
	requests, left, err := f.read(text, pattern.MatchString)
	if err != nil {
		return importError(name, text, err)
	}
	if left > 0 {
		fmt.Fprintf(command.ErrOrStderr(), "aurea: %d requests that are not of http or https are left out\n", left)
	}
	written, err := importer.WriteSpec(f.from, f.use, requests)
	if err != nil {
		return importError(name, text, err)
	}
	if err := checkImported(written); err != nil {
		return fmt.Errorf("%s cannot be sent: %w", name, err)
	}
	_, err = fmt.Fprint(command.OutOrStdout(), written)
	return err
}

// input returns the text to import, and how errors name it.
func (f importFormat) input(command *cobra.Command, arg string) (name, text string, err error) {
	if f.name == "curl" && strings.HasPrefix(arg, "curl ") {
		return "the command", arg, nil
	}
	content, err := readFile(arg, command.InOrStdin(), maxImport)
	if err != nil {
		return "", "", usageErrorf("cannot read what is to be imported: %w", err)
	}
	if arg == "-" {
		arg = "standard input"
	}
	return filepath.ToSlash(arg), string(content), nil
}

// importError returns an error of the importer with the name of the input.
func importError(name, text string, err error) error {
	var wrong *importer.Error
	var within *importer.LocationError
	field := aurea.FieldError{}
	switch {
	case errors.As(err, &wrong):
		field.Location, field.Message = formatPosition(name, wrong.Line, wrong.Column, ""), wrong.Message
	case errors.As(err, &within):
		line, column := specfile.JSONPosition([]byte(text), within.Location)
		field.Location, field.Message = formatPosition(name, line, column, within.Location), within.Message
	default:
		return usageErrorf("%s: %v", name, err)
	}
	return &aurea.InvalidError{Fields: []aurea.FieldError{field}}
}

// checkImported returns an error if a spec that import has written is wrong. Its
// variables need not be set.
func checkImported(written string) error {
	file, err := parseSpecFile("the spec", []byte(written))
	if err != nil {
		return err
	}
	d := &specDocument{file: file, fields: file.fields, origins: map[string]string{}}
	_, err = d.decode(nil)
	return err
}
