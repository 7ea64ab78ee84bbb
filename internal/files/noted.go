package files

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"time"
)

// A File is a file that was opened: a version of its content.
type File struct {
	Name string
	Size int64 // in bytes

	source   Source
	modified time.Time
}

// Open opens the file again. The error is the end of a sentence about its name, and
// also says when the file has changed since. The caller closes it.
func (f File) Open() (*os.File, error) {
	file, size, err := f.source.Open(f.Name, f.Size)
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err == nil && (size != f.Size || !info.ModTime().Equal(f.modified)) {
		err = fmt.Errorf("names %s, which has changed since the run was accepted", quote(f.Name))
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

// A Log has the files that were opened, each once. It is safe for concurrent use. A
// nil Log keeps none.
type Log struct {
	mu    sync.Mutex
	files []File
}

// Files returns the files in the order in which they were first opened.
func (l *Log) Files() []File {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.files)
}

func (l *Log) add(f File) {
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if !slices.ContainsFunc(l.files, func(known File) bool { return known.Name == f.Name }) {
		l.files = append(l.files, f)
	}
}

// Noted returns the source with a log of the files that it opens from now on.
func (s Source) Noted() (Source, *Log) {
	s.log = new(Log)
	return s, s.log
}

// Plain returns the source without a log.
func (s Source) Plain() Source {
	s.log = nil
	return s
}
