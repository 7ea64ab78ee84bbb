package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"syscall"

	"github.com/pressly/goose/v3"
	driver "modernc.org/sqlite"
	codes "modernc.org/sqlite/lib"
)

// minSQLiteVersion is the first SQLite without the race that corrupts a
// database when its WAL is reset (sqlite.org/wal.html#walresetbug).
var minSQLiteVersion = [3]int{3, 51, 3}

var sqliteDialect = dialect{
	goose:         goose.DialectSQLite3,
	noIndexPrefix: "+",
	exclusive:     true,
	outageReason:  sqliteOutageReason,
	now:           "CAST(unixepoch('subsec') * 1000000 AS INTEGER)",
	shrink:        "PRAGMA incremental_vacuum(250)",
	free:          "PRAGMA freelist_count",
}

// openSQLite opens the file at path, or the database file in the folder at
// path.
func openSQLite(ctx context.Context, path string, options Options) (*Store, error) {
	if options.ReadOnly {
		return openReadOnly(ctx, path, options)
	}
	claim, open := lock, openFile
	if options.Shared {
		claim, open = lockShared, openSharedFile
	}
	path, unlock, err := claimFile(path, claim)
	if err != nil {
		return nil, err
	}
	s, err := open(ctx, path, options)
	if isTemporary(err) {
		s, err = openDeferred(path, err, options)
	}
	if err != nil {
		unlock()
		return nil, fmt.Errorf("store: the database %s was left as it is: %w", path, err)
	}
	closeWriter := s.close
	s.close = func() error {
		defer unlock()
		return closeWriter()
	}
	return s, nil
}

func openFile(ctx context.Context, path string, options Options) (*Store, error) {
	err := checkFile(ctx, path, options.Shared)
	if err == nil {
		err = restrictPermissions(path)
	}
	if err != nil {
		return nil, err
	}
	db, err := sql.Open("sqlite", fileURL(path, writeParams))
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	if err := errors.Join(checkSQLiteVersion(ctx, db), migrate(ctx, db, sqliteDialect.goose)); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	reader, err := sql.Open("sqlite", fileURL(path, readParams))
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	reader.SetMaxOpenConns(options.Readers)
	reader.SetMaxIdleConns(options.Readers)
	writer, err := newGroupCommitWriter(ctx, db)
	if err != nil {
		return nil, errors.Join(err, reader.Close(), db.Close())
	}
	d := sqliteDialect
	d.exclusive = !options.Shared
	return &Store{dialect: d, reader: reader, writer: writer, close: writer.close}, nil
}

// The parameters of connections. With synchronous=FULL a commit is on disk
// before it is acknowledged. Incremental vacuum returns free pages without
// copying the file. Readers set no pragma that writes, so they work on a full
// disk.
const (
	commonParams = "_busy_timeout=5000&_dqs=0&_pragma=cache_size(-8192)&_pragma=temp_store(MEMORY)"
	writeParams  = commonParams + "&_journal_mode=WAL&_synchronous=FULL&_foreign_keys=1" +
		"&_auto_vacuum=INCREMENTAL&_pragma=journal_size_limit(67108864)"
	readParams = commonParams + "&_query_only=1"
)

// fileURL returns the driver's name for a file. It escapes the path, so that
// nothing in it is read as a parameter.
func fileURL(path, query string) string {
	u := url.URL{Scheme: "file", OmitHost: true, Path: filepath.ToSlash(path), RawQuery: query}
	return u.String()
}

// checkSQLiteVersion returns an error if SQLite is older than minSQLiteVersion.
func checkSQLiteVersion(ctx context.Context, db *sql.DB) error {
	var version string
	if err := db.QueryRowContext(ctx, `SELECT sqlite_version()`).Scan(&version); err != nil {
		return err
	}
	return checkMinVersion(version)
}

func checkMinVersion(version string) error {
	var have [3]int
	if _, err := fmt.Sscanf(version, "%d.%d.%d", &have[0], &have[1], &have[2]); err != nil {
		return fmt.Errorf("read the version of SQLite %q: %w", version, err)
	}
	for i := range have {
		if have[i] != minSQLiteVersion[i] {
			if have[i] > minSQLiteVersion[i] {
				return nil
			}
			return fmt.Errorf("SQLite %s may corrupt it; build with %d.%d.%d or newer",
				version, minSQLiteVersion[0], minSQLiteVersion[1], minSQLiteVersion[2])
		}
	}
	return nil
}

// openDeferred opens a file that cannot be written at the moment. Reads work;
// writes fail with openErr until a retry of openFile succeeds.
func openDeferred(path string, openErr error, options Options) (*Store, error) {
	query, _ := readOnlyQuery(path, false) // a full disk has no room for what sharing takes
	db, err := sql.Open("sqlite", fileURL(path, query))
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(options.Readers)
	read, write := &deferredReader{initial: db}, &deferredWriter{openErr: openErr}
	s := &Store{dialect: sqliteDialect, reader: read, writer: write, close: write.close}
	s.pending.set(sqliteOutageReason(openErr), func(ctx context.Context) error {
		opened, err := openFile(ctx, path, options)
		if err != nil {
			return err
		}
		read.current.Store(opened.reader.(*sql.DB))
		write.current.Store(opened)
		return nil
	})
	options.Log.Error("the database can only be read until this passes", "database", path, "error", openErr)
	return s, nil
}

// isTemporary reports whether opening a file failed for a reason that may pass.
func isTemporary(err error) bool {
	var failure *driver.Error
	if !errors.As(err, &failure) {
		return errors.Is(err, syscall.ENOSPC)
	}
	switch failure.Code() & 0xff {
	case codes.SQLITE_FULL, codes.SQLITE_IOERR, codes.SQLITE_BUSY, codes.SQLITE_CANTOPEN:
		return true
	}
	return false
}

// sqliteOutageReason returns why SQLite cannot write if the cause may pass, and
// "" otherwise.
func sqliteOutageReason(err error) string {
	var failure *driver.Error
	if !errors.As(err, &failure) {
		if errors.Is(err, syscall.ENOSPC) {
			return "the disk is full"
		}
		return ""
	}
	if failure.Code() == codes.SQLITE_IOERR_SHMSIZE {
		return "the disk is full"
	}
	return map[int]string{
		codes.SQLITE_FULL:     "the disk is full",
		codes.SQLITE_IOERR:    "the disk does not answer as it should",
		codes.SQLITE_READONLY: "the database cannot be written to",
		codes.SQLITE_CANTOPEN: "the database cannot be opened",
		codes.SQLITE_BUSY:     "another program holds the database",
		codes.SQLITE_LOCKED:   "another program holds the database",
		codes.SQLITE_NOMEM:    "there is no memory left",
		codes.SQLITE_CORRUPT:  "the database is corrupt; stop the service and restore it from a copy",
		codes.SQLITE_NOTADB:   "the database is corrupt; stop the service and restore it from a copy",
	}[failure.Code()&0xff]
}
