// Package dataset reads files of rows, such as users and their passwords, and
// deals the rows to the jobs of a run.
//
// Read parses a file once, into a Table that all jobs share and that takes about
// the memory of the file. Rows say which row a job has. The package workload reads
// the file of a spec when it resolves a plan.
package dataset

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/aurea-orchestrator/aurea/internal/files"
)

// MaxFile is how many bytes a file may have.
const MaxFile = 256 << 20

// maxColumns limits the columns of a table.
const maxColumns = 200

// formats are the formats of files, by the extensions of their names.
var formats = map[string]func(io.Reader, *builder) error{
	".csv": readCSV, ".json": readJSON, ".ndjson": readLines, ".jsonl": readLines,
}

// A mistake is what is wrong at a place of a file. It has a line and column from
// 1, or the byte behind it.
type mistake struct {
	line, column int
	offset       int64 // if line is 0
	inJSON       bool  // it is a mistake in the syntax of the JSON value from offset on
	err          error
}

func (m *mistake) Error() string { return m.err.Error() }

func (m *mistake) Unwrap() error { return m.err }

// Read reads the table of a file, of up to MaxFile bytes. The error is the end of a
// sentence about the name; one about the content has the line and column.
func Read(source files.Source, name string) (*Table, error) {
	read, ok := formats[strings.ToLower(filepath.Ext(name))]
	if !ok {
		return nil, fmt.Errorf("must be a file .csv, .json, .ndjson or .jsonl; got %q", name)
	}
	f := file{source.Plain(), name}
	content, size, err := source.Open(name, MaxFile)
	if err != nil {
		return nil, err
	}
	defer func() { _ = content.Close() }() // it was only read
	info, err := content.Stat()
	if err != nil {
		return nil, err
	}
	return tables.get(f, info, func() (*Table, error) { return parse(f, content, size, read) })
}

func parse(f file, content io.Reader, size int64, read func(io.Reader, *builder) error) (*Table, error) {
	b := newBuilder(size)
	err := read(&bounded{content, MaxFile}, b)
	var wrong *mistake
	if errors.As(err, &wrong) {
		return nil, fmt.Errorf("%s %w", wrong.position(f), wrong.err)
	}
	if err != nil {
		return nil, fmt.Errorf("%s cannot be read: %w", f.name, err)
	}
	if b.Len() == 0 {
		return nil, fmt.Errorf("%s has no rows", f.name)
	}
	return b.table(), nil
}

// bounded fails if a file that grows has more than the given bytes.
type bounded struct {
	io.Reader
	left int64
}

// Read reads from the file.
func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, fmt.Errorf("is larger than %d MiB", MaxFile>>20)
	}
	return n, err
}

// position formats the position of a mistake, such as users.csv:3:7:.
func (m *mistake) position(f file) string {
	if m.inJSON {
		m.offset += f.syntaxOffset(m.offset)
	}
	if m.line == 0 {
		m.line, m.column = f.position(m.offset)
	}
	return fmt.Sprintf("%s:%d:%d:", f.name, m.line, m.column)
}

// checkColumns refuses columns that templates cannot name.
func checkColumns(columns []string) error {
	if len(columns) > maxColumns {
		return fmt.Errorf("has %d columns; there may be %d", len(columns), maxColumns)
	}
	for i, name := range columns {
		switch {
		case strings.Join(strings.Fields(name), " ") != name || strings.ContainsAny(name, "{}") || name == "":
			return fmt.Errorf("has a column %q, which {{data.NAME}} cannot name", name)
		case slices.Contains(columns[:i], name):
			return fmt.Errorf("has the column %q twice", name)
		}
	}
	return nil
}

// checkCell refuses what no request and no program can be given.
func checkCell(text string) error {
	if strings.ContainsRune(text, 0) {
		return errors.New("has a zero byte")
	}
	return nil
}
