package cluster

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// A FilePart sends a worker a part of a file that the spec of an execution names,
// before the worker is prepared. The parts of a file come in order; one that has come
// before changes nothing. A file of no bytes has one part.
type FilePart struct {
	Exec   string `json:"exec"`
	Name   string `json:"name"`   // as the spec has it
	Size   int64  `json:"size"`   // bytes of the file
	Digest string `json:"digest"` // of the file: SHA-256 in hexadecimal
	From   int64  `json:"from"`   // where the part begins

	Content []byte `json:"-"` // travels behind the JSON
}

func (p *FilePart) check() error {
	end := p.From + int64(len(p.Content))
	switch {
	case p.Name == "" || len(p.Name) > maxFileName || !utf8.ValidString(p.Name) || strings.ContainsRune(p.Name, 0):
		return fmt.Errorf("name must be a file's, of up to %d bytes; got %q", maxFileName, clip(p.Name))
	case p.Size < 0 || p.Size > maxFileBytes:
		return fmt.Errorf("size must be from 0 to %d; got %d", maxFileBytes, p.Size)
	case len(p.Digest) != 64:
		return fmt.Errorf("digest must have 64 digits; got %q", clip(p.Digest))
	case p.From < 0 || p.From > p.Size || end > p.Size || len(p.Content) > maxPiece:
		return fmt.Errorf("a part must be within the file and have up to %d bytes; got %d from %d of %d",
			maxPiece, len(p.Content), p.From, p.Size)
	case len(p.Content) == 0 && p.Size > 0:
		return errors.New("a part must have content")
	}
	return checkToken("exec", p.Exec)
}

// encode returns the part as JSON, a line feed and the content.
func (p *FilePart) encode() ([]byte, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	head, err := json.Marshal(p)
	if err != nil {
		return nil, err
	}
	return append(append(head, '\n'), p.Content...), nil
}

// decodeFilePart is the inverse of encode. The content belongs to data.
func decodeFilePart(data []byte) (*FilePart, error) {
	head, content, found := bytes.Cut(data, []byte("\n"))
	if !found || len(head) > maxMessage*2 {
		return nil, errors.New("not a part of a file")
	}
	var p FilePart
	decoder := json.NewDecoder(bytes.NewReader(head))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&p); err != nil {
		return nil, fmt.Errorf("not a part of a file: %w", err)
	}
	if decoder.More() {
		return nil, errors.New("not a part of a file: there is more behind it")
	}
	p.Content = content
	return &p, p.check()
}
