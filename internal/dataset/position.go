package dataset

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"

	"github.com/aurea-orchestrator/aurea/internal/files"
)

// A file is a file of a source.
type file struct {
	source files.Source
	name   string
}

func (f file) open() (*os.File, int64, error) { return f.source.Open(f.name, MaxFile) }

// syntaxOffset returns how far behind an offset the mistake in a JSON value is.
func (f file) syntaxOffset(offset int64) int64 {
	content, _, err := f.open()
	if err != nil {
		return 0
	}
	defer func() { _ = content.Close() }() // it was only read
	if _, err := io.CopyN(io.Discard, content, offset); err != nil {
		return 0
	}
	rest := bufio.NewReader(content)
	skipped := int64(0)
	for {
		next, err := rest.ReadByte()
		if err != nil || !bytes.ContainsRune([]byte(" \t\r\n,"), rune(next)) {
			break
		}
		skipped++
	}
	_ = rest.UnreadByte() // which fails at the end alone
	var syntax *json.SyntaxError
	if errors.As(json.NewDecoder(rest).Decode(new(json.RawMessage)), &syntax) {
		return skipped + syntax.Offset
	}
	return skipped
}

// position returns the line and column of the last byte before an offset; 1 and 1
// if the file cannot be read again.
func (f file) position(offset int64) (line, column int) {
	content, _, err := f.open()
	if err != nil {
		return 1, 1
	}
	defer func() { _ = content.Close() }() // it was only read
	line = 1
	before, chunk := max(offset-1, 0), make([]byte, 1<<16)
	for before > 0 {
		n, err := content.Read(chunk[:min(before, int64(len(chunk)))])
		read := chunk[:n]
		line += bytes.Count(read, []byte("\n"))
		if i := bytes.LastIndexByte(read, '\n'); i >= 0 {
			column, read = 0, read[i+1:]
		}
		column += len([]rune(string(read)))
		before -= int64(n)
		if err != nil && err != io.EOF || n == 0 {
			break
		}
	}
	return line, column + 1
}
