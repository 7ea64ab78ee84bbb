package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// The database contains what users measured and wrote, including headers with
// credentials. Only the user of the service may access its files.
const (
	fileMode   = 0o600
	folderMode = 0o700
)

// claimFile creates the database file if necessary and locks it with lock until
// unlock is called. It returns the path with all links resolved:
// SQLite places its journals beside the name it is given, so a database must
// always be opened under the same name.
func claimFile(
	path string, lock func(path string) (unlock func(), err error),
) (resolved string, unlock func(), err error) {
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

// resolvePath creates the file if necessary and resolves symbolic links.
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

// restrictPermissions removes the permissions of other users from the database
// files. SQLite gives new files the permissions of the database.
func restrictPermissions(path string) error {
	for _, file := range []string{path, path + "-wal", path + "-shm", path + "-journal", path + lockSuffix} {
		info, err := os.Stat(file)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			err = os.Chmod(file, info.Mode().Perm()&fileMode)
		}
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("it can be read by others: %w", err)
		}
	}
	return nil
}
