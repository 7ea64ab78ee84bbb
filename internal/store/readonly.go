package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/aurea-orchestrator/aurea"
)

// openReadOnly opens an existing SQLite file, or the database file in a folder.
func openReadOnly(ctx context.Context, path string, options Options) (*Store, error) {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		path = filepath.Join(path, fileName)
	}
	resolved, err := filepath.EvalSymlinks(path)
	if err == nil {
		err = checkFile(ctx, resolved, options.Shared)
	}
	if err != nil {
		return nil, fmt.Errorf("store: the database %s cannot be read: %w", path, err)
	}
	query, _ := readOnlyQuery(resolved, options.Shared)
	db, err := sql.Open("sqlite", fileURL(resolved, query))
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(options.Readers)
	return newReadOnlyStore(ctx, db, sqliteDialect)
}

// newReadOnlyStore returns a store on a database of the latest schema.
func newReadOnlyStore(ctx context.Context, db *sql.DB, d dialect) (*Store, error) {
	var version int64
	err := db.QueryRowContext(ctx, `SELECT max(version_id) FROM goose_db_version`).Scan(&version)
	if err == nil {
		err = checkVersion(version)
	}
	if err == nil && version < int64(latestVersion()) {
		err = fmt.Errorf("its schema has version %d, not %d; start a service on it once, which brings it up to date",
			version, latestVersion())
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("store: the database cannot be read: %w", err), db.Close())
	}
	return &Store{dialect: d, reader: db, writer: readOnlyWriter{}, close: readOnlyWriter{}.close}, nil
}

// readOnlyWriter is the writer of a read-only store. It refuses every change.
type readOnlyWriter struct{}

func (readOnlyWriter) write(context.Context, change) error {
	return fmt.Errorf("%w: the database was opened to be read only", aurea.ErrUnavailable)
}

func (readOnlyWriter) close() error { return nil }
