package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
)

// sqliteMagic is the start of every SQLite file.
const sqliteMagic = "SQLite format 3\x00"

// checkFile refuses a file that is not a database of this program or has a
// newer schema. It writes nothing and reads only a few pages; damage further in
// is found when it is read. Others may change a shared file meanwhile.
func checkFile(ctx context.Context, path string, shared bool) error {
	file, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil || info.Size() == 0 {
		return err
	}
	head := make([]byte, len(sqliteMagic))
	if _, err := file.ReadAt(head, 0); err != nil || string(head) != sqliteMagic {
		return errors.New("it is not an SQLite database; name another file, or move this one away")
	}
	return checkReadOnly(ctx, path, info.Size(), shared)
}

// checkReadOnly opens the file read-only and checks its structure and schema.
func checkReadOnly(ctx context.Context, path string, size int64, shared bool) error {
	query, complete := readOnlyQuery(path, shared)
	db, err := sql.Open("sqlite", fileURL(path, query))
	if err != nil {
		return err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	err = checkIntact(ctx, db, size, complete)
	if isTemporary(err) {
		return err
	}
	if err != nil {
		return fmt.Errorf("it is corrupt; restore it from a copy, or move it away: %w", err)
	}
	return checkSchema(ctx, db)
}

// readOnlyQuery returns the parameters that open a file without changing
// anything. A WAL beside the file belongs to the database. Without one the file
// is complete, and immutable=1 keeps SQLite from creating files of its own; but
// another process may write a shared file at any time.
func readOnlyQuery(path string, shared bool) (query string, complete bool) {
	query = "mode=ro&" + readParams
	if shared {
		return query, false
	}
	wal, err := os.Stat(path + "-wal")
	if complete = err != nil || wal.Size() == 0; complete {
		query += "&immutable=1"
	}
	return query, complete
}

// checkIntact reads what every SQLite database has.
func checkIntact(ctx context.Context, db *sql.DB, size int64, complete bool) error {
	var pages, length, tables int64
	err := errors.Join(
		db.QueryRowContext(ctx, `PRAGMA page_count`).Scan(&pages),
		db.QueryRowContext(ctx, `PRAGMA page_size`).Scan(&length),
		db.QueryRowContext(ctx, `SELECT count(*) FROM sqlite_schema`).Scan(&tables),
	)
	if err == nil && complete && size < pages*length {
		err = fmt.Errorf("it should have %d bytes and has %d", pages*length, size)
	}
	return err
}

// checkSchema reads what every database of this program has.
func checkSchema(ctx context.Context, db *sql.DB) error {
	var tables, versionTables int64
	const count = `SELECT count(*), count(*) FILTER (WHERE name = 'goose_db_version') FROM sqlite_schema`
	if err := db.QueryRowContext(ctx, count).Scan(&tables, &versionTables); err != nil || tables == 0 {
		return err
	}
	if versionTables == 0 {
		return errors.New("it is the database of another program; name another file")
	}
	var version int64
	if err := db.QueryRowContext(ctx, `SELECT max(version_id) FROM goose_db_version`).Scan(&version); err != nil {
		return fmt.Errorf("it is corrupt; restore it from a copy, or move it away: %w", err)
	}
	return checkVersion(version)
}
