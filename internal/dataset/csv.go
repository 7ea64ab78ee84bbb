package dataset

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// readCSV reads comma-separated values (RFC 4180). The first line names the
// columns.
func readCSV(file io.Reader, b *builder) error {
	buffered := bufio.NewReaderSize(file, 1<<16)
	if mark, _ := buffered.Peek(3); string(mark) == "\ufeff" {
		_, _ = buffered.Discard(len(mark)) // they are there
	}
	reader := csv.NewReader(buffered)
	reader.ReuseRecord = true
	for {
		record, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return csvMistake(err, len(record), len(b.columns))
		}
		if b.columns == nil {
			for _, name := range record {
				b.columns = append(b.columns, strings.Clone(strings.TrimSpace(name)))
			}
			if err := checkColumns(b.columns); err != nil {
				return &mistake{line: 1, column: 1, err: err}
			}
			continue
		}
		if i := slices.IndexFunc(record, func(text string) bool { return checkCell(text) != nil }); i >= 0 {
			line, column := reader.FieldPos(i)
			return &mistake{line: line, column: column, err: checkCell(record[i])}
		}
		b.add(record)
	}
}

// csvMistake returns what is wrong with a line that has the given number of
// values.
func csvMistake(err error, values, columns int) error {
	var wrong *csv.ParseError
	switch {
	case !errors.As(err, &wrong):
		return err
	case errors.Is(err, csv.ErrFieldCount):
		err = fmt.Errorf("has %d values for %d columns", values, columns)
	case errors.Is(err, csv.ErrQuote):
		err = errors.New(`has a text in quotes that does not end; write "" for a quotation mark within one`)
	case errors.Is(err, csv.ErrBareQuote):
		err = errors.New(`has a quotation mark in a text without quotes; put the text in quotes, with "" for the mark`)
	default:
		err = wrong.Err
	}
	return &mistake{line: wrong.Line, column: max(wrong.Column, 1), err: err}
}
