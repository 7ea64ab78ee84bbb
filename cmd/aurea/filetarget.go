package main

import (
	"bufio"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// A fileTarget is a file to write whole: readers see the old content or the new,
// and never a part.
type fileTarget struct {
	path    string      // absolute, without symbolic links
	mode    fs.FileMode // of the present file; 0 if there is none
	special bool        // a device or a pipe, which is written in place
}

// newFileTarget returns the target of a file name. It returns an error if its
// directory does not exist, or if it is a directory itself.
func newFileTarget(name string) (fileTarget, error) {
	path, err := filepath.Abs(name)
	if err != nil {
		return fileTarget{}, err
	}
	if resolved, err := filepath.EvalSymlinks(path); err == nil {
		path = resolved
	} else if resolved, err := filepath.EvalSymlinks(filepath.Dir(path)); err == nil {
		path = filepath.Join(resolved, filepath.Base(path))
	}
	directory, err := os.Stat(filepath.Dir(path))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fileTarget{}, fmt.Errorf("there is no directory %s; create it first", filepath.Dir(name))
	case err != nil:
		return fileTarget{}, err
	case !directory.IsDir():
		return fileTarget{}, fmt.Errorf("%s is not a directory", filepath.Dir(name))
	}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fileTarget{path: path}, nil
	case err != nil:
		return fileTarget{}, err
	case info.IsDir():
		return fileTarget{}, fmt.Errorf("%s is a directory; name a file", name)
	}
	return fileTarget{path: path, mode: info.Mode().Perm(), special: !info.Mode().IsRegular()}, nil
}

// probe returns an error if the file cannot be written now.
func (t fileTarget) probe() error {
	if t.special {
		return nil // opening a pipe would wait for its reader
	}
	file, err := t.create()
	if err != nil {
		return err
	}
	return errors.Join(file.Close(), os.Remove(file.Name()))
}

// create creates a temporary file beside the target. It has the mode of the
// present file, or the one of a new file.
func (t fileTarget) create() (*os.File, error) {
	name := filepath.Join(filepath.Dir(t.path), "."+filepath.Base(t.path)+"."+rand.Text()[:8])
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil || t.mode == 0 {
		return file, err
	}
	if err := file.Chmod(t.mode); err != nil {
		return nil, errors.Join(err, file.Close(), os.Remove(name))
	}
	return file, nil
}

// writeFile writes a file whole. After an error its old content is unchanged.
func writeFile(name string, write func(io.Writer) error) error {
	target, err := newFileTarget(name)
	if err != nil {
		return err
	}
	if target.special {
		file, err := os.OpenFile(target.path, os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		return writeAndClose(file, write)
	}
	file, err := target.create()
	if err != nil {
		return err
	}
	if err := writeAndClose(file, write); err != nil {
		return errors.Join(err, os.Remove(file.Name()))
	}
	return os.Rename(file.Name(), target.path)
}

func writeAndClose(file *os.File, write func(io.Writer) error) error {
	buffered := bufio.NewWriter(file)
	err := write(buffered)
	if err == nil {
		err = buffered.Flush()
	}
	return errors.Join(err, file.Close())
}
