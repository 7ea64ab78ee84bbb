// Package files opens the files that a spec names: bodies of requests and rows of
// data.
//
// Its stance: the operator decides which files there are. In a service they are
// those of one directory, by name, and never by path, so that a spec cannot read
// what else the service may read. On the command line the user could read any
// file just as well. A worker has copies of what the service has opened.
package files

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// A Source opens files. The zero value has none. It is safe for concurrent use.
type Source struct {
	root   *os.Root // of In
	base   string   // of Under
	copies *copies  // of Copies
	log    *Log     // of Noted; nil if nothing is noted
}

// In returns the files of a directory, by their names. Symbolic links within the
// directory may not leave it. The directory stays open.
func In(directory string) (Source, error) {
	root, err := os.OpenRoot(directory)
	return Source{root: root}, err
}

// Under returns all files: by absolute paths, and by paths relative to base.
func Under(base string) Source { return Source{base: base} }

// Open opens a file of up to limit bytes and returns its size. The caller closes
// it.
func (s Source) Open(name string, limit int64) (*os.File, int64, error) { return s.open(name, limit) }

// Size returns the size of a file of up to limit bytes.
func (s Source) Size(name string, limit int64) (int64, error) {
	file, size, err := s.open(name, limit)
	if err != nil {
		return 0, err
	}
	return size, file.Close()
}

// Read returns the content of a file of up to limit bytes.
func (s Source) Read(name string, limit int64) ([]byte, error) {
	file, size, err := s.open(name, limit)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // it was only read
	content := make([]byte, 0, size+1)  // with room for the read that finds the end
	for {
		n, err := file.Read(content[len(content):cap(content)])
		content = content[:len(content)+n]
		switch {
		case errors.Is(err, io.EOF):
			return content, nil
		case err != nil:
			return nil, fmt.Errorf("%s cannot be read: %w", quote(name), bare(err))
		case int64(len(content)) > size:
			return nil, fmt.Errorf("%s has grown while it was read", quote(name))
		}
	}
}

// open opens a regular file of up to limit bytes. The error is the end of a
// sentence about a parameter, and does not tell where the directory is.
func (s Source) open(name string, limit int64) (*os.File, int64, error) {
	if err := s.check(name); err != nil {
		return nil, 0, err
	}
	info, err := s.stat(name)
	if err == nil && !info.Mode().IsRegular() { // opening a pipe would wait for its writer
		err = errors.New("it is no regular file")
	}
	if err != nil {
		return nil, 0, fmt.Errorf("names %s, which cannot be opened: %w", quote(name), bare(err))
	}
	file, err := s.openFile(name)
	if err != nil {
		return nil, 0, fmt.Errorf("names %s, which cannot be opened: %w", quote(name), bare(err))
	}
	if info, err = file.Stat(); err == nil && info.Size() > limit {
		err = fmt.Errorf("names %s, which has %d bytes; the most is %d", quote(name), info.Size(), limit)
	}
	if err != nil {
		return nil, 0, errors.Join(err, file.Close())
	}
	s.log.add(File{source: s.Plain(), Name: name, Size: info.Size(), modified: info.ModTime()})
	return file, info.Size(), nil
}

// check refuses a name that the source has no file for, whatever is there.
func (s Source) check(name string) error {
	switch {
	case s.copies != nil:
		return s.copies.check(name)
	case s.root == nil && s.base == "":
		return errors.New("names a file, and this service has none; the operator can give it a directory with --files")
	case name == "" || strings.ContainsRune(name, 0):
		return errors.New("must be the name of a file")
	case s.root != nil && (strings.ContainsAny(name, `/\`) || !filepath.IsLocal(name) || name == "."):
		return fmt.Errorf("must be the name of a file in the directory of --files, without a path; got %s", quote(name))
	}
	return nil
}

func (s Source) stat(name string) (fs.FileInfo, error) {
	if s.root != nil {
		return s.root.Stat(name)
	}
	return os.Stat(s.path(name))
}

func (s Source) openFile(name string) (*os.File, error) {
	if s.root != nil {
		return s.root.Open(name)
	}
	return os.Open(s.path(name))
}

func (s Source) path(name string) string {
	if s.copies != nil {
		return s.copies.paths[name]
	}
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(s.base, name)
}

// bare returns an error of the system without the path.
func bare(err error) error {
	var of *fs.PathError
	if errors.As(err, &of) {
		return of.Err
	}
	return err
}

// quote quotes a name, cut to 80 bytes.
func quote(name string) string {
	const limit = 80
	if len(name) > limit {
		return strconv.Quote(name[:limit]) + "…"
	}
	return strconv.Quote(name)
}
