package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// A history holds what its users measured and wrote, headers with credentials
// among it: its files are for the user of the service alone.
const (
	fileMode   = 0o600
	folderMode = 0o700
)

// claimFile makes the file of a database where it is not, and takes it for this
// process alone until it is unlocked. It returns the file's own path: SQLite keeps
// its journals beside the name it is given, so that a database must be opened by
// one name only.
func claimFile(path string) (resolved string, unlock func(), err error) {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		path = filepath.Join(path, fileName)
	}
	if err := os.MkdirAll(filepath.Dir(path), folderMode); err != nil {
		return "", nil, fmt.Errorf("store: %w; name a folder that can be written to", err)
	}
	if resolved, err = resolvePath(path); err != nil {
		return "", nil, fmt.Errorf("store: the database %s cannot be opened: %w", path, err)
	}
	unlock, err = lock(resolved)
	if err != nil {
		return "", nil, fmt.Errorf("store: the database %s %w", path, err)
	}
	if err = checkHardLinks(resolved); err != nil {
		unlock()
		return "", nil, fmt.Errorf("store: the database %s %w", path, err)
	}
	return resolved, unlock, nil
}

// ownPath makes the file where it is not and follows the links to it.
func resolvePath(path string) (string, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, fileMode)
	if err != nil {
		return "", err
	}
	if err := file.Close(); err != nil {
		return "", err
	}
	own, err := filepath.EvalSymlinks(path)
	if err != nil {
		return "", err
	}
	return filepath.Abs(own)
}

// restrict takes the rights of others from the files of a database. SQLite gives
// those that it makes the rights of the database.
func restrictPermissions(path string) error {
	for _, file := range []string{path, path + "-wal", path + "-shm", path + "-journal", path + lockSuffix} {
		info, err := os.Stat(file)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			err = os.Chmod(file, info.Mode().Perm()&fileMode)
		}
		if err != nil {
			return fmt.Errorf("it can be read by others: %w", err)
		}
	}
	return nil
}
