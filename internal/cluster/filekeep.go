package cluster

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"github.com/aurea-orchestrator/aurea/internal/files"
	"github.com/aurea-orchestrator/aurea/internal/workload"
)

// sentFiles are the files of an execution that a worker has got, in a directory of
// their own. Its methods are safe for concurrent use.
type sentFiles struct {
	exec   string
	policy workload.Policy
	expiry *time.Timer // calls the worker when no part has come for keepFiles

	mu      sync.Mutex
	dir     string // "" before the first part
	delete  func() // removes dir
	files   map[string]*sentFile
	bytes   int64 // of all files, also of what has not come yet
	removed bool
}

// A sentFile is a file, perhaps with parts missing.
type sentFile struct {
	path   string
	size   int64
	digest string
	have   int64
	sum    hash.Hash // of what is there
}

// add adds a part of a file.
func (s *sentFiles) add(part *FilePart) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.removed {
		return errUnknownExec
	}
	file, err := s.file(part)
	if err != nil {
		return err
	}
	s.expiry.Reset(keepFiles)
	end := part.From + int64(len(part.Content))
	switch {
	case file.have >= end && file.have > 0:
		return nil // it has come before
	case file.have != part.From:
		return fmt.Errorf("the part of %q from %d has come, and %d bytes are there", part.Name, part.From, file.have)
	}
	if err := file.append(part.Content); err != nil {
		return fmt.Errorf("keep the file %q: %w", part.Name, err)
	}
	if file.have == file.size && hex.EncodeToString(file.sum.Sum(nil)) != file.digest {
		file.have = 0
		return fmt.Errorf("the file %q has changed while it was sent", part.Name)
	}
	return nil
}

// file returns the file of a part. It creates the file if the part is the first. The
// lock is held.
func (s *sentFiles) file(part *FilePart) (*sentFile, error) {
	if file := s.files[part.Name]; file != nil {
		if file.size != part.Size || file.digest != part.Digest {
			return nil, fmt.Errorf("the file %q has changed while it was sent", part.Name)
		}
		return file, nil
	}
	limit := s.policy.DiskLimit()
	if most := min(limit.Max, maxFileBytes); s.bytes+part.Size > most || len(s.files) >= maxFiles {
		return nil, fmt.Errorf("there is room for %d bytes of the files that a run needs, see --max-disk; "+
			"%q makes it %d", most, part.Name, s.bytes+part.Size)
	}
	if s.dir == "" {
		dir, remove, err := s.policy.TempDir()
		if err != nil {
			return nil, fmt.Errorf("make a directory for the files of a run: %w", err)
		}
		s.dir, s.delete, s.files = dir, remove, map[string]*sentFile{}
	}
	file := &sentFile{
		path: filepath.Join(s.dir, strconv.Itoa(len(s.files))), size: part.Size, digest: part.Digest, sum: sha256.New(),
	}
	s.files[part.Name] = file
	s.bytes += part.Size
	return file, nil
}

// append appends content. A file is open only while it is written: there may be
// thousands.
func (f *sentFile) append(content []byte) error {
	file, err := os.OpenFile(f.path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	if _, err = file.Write(content); err == nil {
		f.sum.Write(content)
		f.have += int64(len(content))
	}
	if failed := file.Close(); err == nil {
		err = failed
	}
	return err
}

// source returns the files that are whole, by the names that the spec has for them.
// For nil there are none. No part may come any more.
func (s *sentFiles) source() files.Source {
	paths := map[string]string{}
	if s == nil {
		return files.Copies(paths)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expiry.Stop()
	for name, file := range s.files {
		if file.have == file.size {
			paths[name] = file.path
		}
	}
	return files.Copies(paths)
}

// size returns the bytes of all files; 0 for nil.
func (s *sentFiles) size() int64 {
	if s == nil {
		return 0
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.bytes
}

// remove removes the files. Those of nil are none.
func (s *sentFiles) remove() {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expiry.Stop()
	if s.delete != nil && !s.removed {
		s.delete()
	}
	s.removed = true
}

// serveFile keeps a part of a file for the run that it is sent for, which reserves
// the worker.
func (w *Worker) serveFile(data []byte) message {
	part, err := decodeFilePart(data)
	if err != nil {
		return replyTo(err)
	}
	files, err := w.filesOf(part.Exec)
	if err != nil {
		return replyTo(err)
	}
	return replyTo(files.add(part))
}

// filesOf returns the files of an execution that the worker is free for, or already
// reserved.
func (w *Worker) filesOf(exec string) (*sentFiles, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.files != nil && w.files.exec == exec:
		return w.files, nil
	case w.files != nil || w.shard != nil:
		return nil, errBusy
	case w.draining:
		return nil, errDraining
	}
	w.files = &sentFiles{exec: exec, policy: w.options.Policy}
	w.files.expiry = time.AfterFunc(keepFiles, func() { w.dropFiles(exec) })
	w.announce()
	return w.files, nil
}

// dropFiles removes the files of an execution that has no shard yet. It reports
// whether there were any.
func (w *Worker) dropFiles(exec string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.files == nil || w.files.exec != exec {
		return false
	}
	w.files.remove()
	w.files = nil
	w.announce()
	return true
}
