package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/format"
	"github.com/aurea-orchestrator/aurea/internal/importer"
)

// importLogOptions are the flags of aurea import access-log.
type importLogOptions struct{ baseURL, speed, rows, match string }

func newImportLogCommand() *cobra.Command {
	var o importLogOptions
	command := &cobra.Command{
		Use:   "access-log FILE",
		Short: "Make a replay of an access log",
		Long: `Prints a spec that sends the requests of an access log at the moments at which they
came, and writes them to a file of rows beside it. Lines are in the common or combined
format of nginx and Apache, or JSON objects with the usual names; FILE may be
compressed with gzip, and "-" is standard input.

A log has no bodies and no headers: requests are sent without them. Lines that are no
requests are left out, and counted on standard error.`,
		Example: `  aurea import access-log access.log --base-url http://localhost:8080 >spec.yaml
  aurea run spec.yaml`,
		Args: cobra.ExactArgs(1),
		RunE: func(command *cobra.Command, args []string) error { return o.run(command, args[0]) },
	}
	flags := command.Flags()
	flags.StringVar(&o.baseURL, "base-url", "", "`URL` that stands before the paths of the log")
	flags.StringVar(&o.speed, "speed", "1x", "`FACTOR` by which the replay is faster than the log, such as 2x")
	flags.StringVar(&o.rows, "rows", "", "`FILE` of rows to write (default the name of the log with .csv)")
	flags.StringVar(&o.match, "match", "", "import only requests whose path matches a `REGEXP`")
	return command
}

// run prints the spec of a log and writes its rows.
func (o *importLogOptions) run(command *cobra.Command, arg string) error {
	pattern, err := regexp.Compile(o.match)
	if err != nil {
		return usageErrorf("--match must be a regular expression: %v", err)
	}
	if err := checkBaseURL(o.baseURL); err != nil {
		return err
	}
	replay := fmt.Appendf(nil, `{"column": "at", "speed": %q}`, o.speed)
	if err := new(aurea.Replay).UnmarshalJSON(replay); err != nil {
		return renameLocation(err, "replay.speed", "--speed")
	}
	rows := o.rows
	if rows == "" {
		rows = rowsOf(arg)
	}
	if filepath.Ext(rows) != ".csv" {
		return usageErrorf("--rows must be a file .csv; got %q", rows)
	}
	name, log, err := readLog(command.InOrStdin(), arg, pattern.MatchString)
	if err != nil {
		return err
	}
	written := log.Spec(name, filepath.ToSlash(rows), o.baseURL, o.speed)
	if err := checkImported(written); err != nil {
		return fmt.Errorf("%s cannot be sent: %w", name, err)
	}
	if err := writeRows(rows, log); err != nil {
		return err
	}
	o.report(command.ErrOrStderr(), name, rows, log)
	_, err = fmt.Fprint(command.OutOrStdout(), written)
	return err
}

// report says what became of the log.
func (o *importLogOptions) report(w io.Writer, name, rows string, log *importer.AccessLog) {
	fmt.Fprintf(w, "aurea: wrote %s to %s\n", format.NumberOf(log.Requests(), "request"), rows)
	for _, note := range log.Notes() {
		fmt.Fprintf(w, "aurea: %s\n", note)
	}
	for _, skip := range log.Skips {
		fmt.Fprintf(w, "aurea: %s: %s\n", formatPosition(name, skip.Line, skip.Column, ""), skip.Message)
	}
	if more := log.Skipped - int64(len(log.Skips)); more > 0 {
		fmt.Fprintf(w, "aurea: %s more left out\n", format.NumberOf(int(more), "line"))
	}
}

// readLog reads a log, and returns how errors name it.
func readLog(stdin io.Reader, arg string, wanted func(string) bool) (string, *importer.AccessLog, error) {
	name, source := "standard input", stdin
	if arg != "-" {
		file, err := os.Open(arg)
		if err != nil {
			return "", nil, usageErrorf("cannot read what is to be imported: %w", err)
		}
		defer func() { _ = file.Close() }() // it was only read
		name, source = filepath.ToSlash(arg), file
	}
	log, err := importer.ReadAccessLog(source, wanted)
	if err != nil {
		return "", nil, importError(name, "", err)
	}
	return name, log, nil
}

// rowsOf returns the file of rows of a log: its own name with .csv, in the current
// directory.
func rowsOf(log string) string {
	if log == "-" {
		return "replay.csv"
	}
	name := strings.TrimSuffix(filepath.Base(log), ".gz")
	return strings.TrimSuffix(name, filepath.Ext(name)) + ".csv"
}

// writeRows writes the rows of a log to a file. It replaces a file of rows, and no
// other.
func writeRows(name string, log *importer.AccessLog) (err error) {
	if err := checkReplaceable(name); err != nil {
		return err
	}
	file, err := os.Create(name)
	if err != nil {
		return usageErrorf("--rows: the file cannot be written: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if err := log.WriteRows(file); err != nil {
		return fmt.Errorf("%s cannot be written: %w", name, err)
	}
	return nil
}

// checkReplaceable refuses a file that exists and has other things than rows.
func checkReplaceable(name string) error {
	file, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return usageErrorf("--rows: the file cannot be written: %w", err)
	}
	defer func() { _ = file.Close() }() // it was only read
	header := make([]byte, len(importer.AccessLogHeader))
	if _, err := io.ReadFull(file, header); err != nil || !bytes.Equal(header, []byte(importer.AccessLogHeader)) {
		return usageErrorf("%s exists, and is no file of rows that import has written; choose another with --rows",
			name)
	}
	return nil
}
