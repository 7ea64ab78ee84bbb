package store

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
)

//go:embed migrations/*.sql
var embedded embed.FS

// migrations returns the migration files at the root, as goose expects them.
func migrations() fs.FS {
	sub, err := fs.Sub(embedded, "migrations")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return sub
}

// latestVersion is the schema version of this program. Each version has one
// file, counted from 1.
func latestVersion() int {
	files, err := fs.Glob(migrations(), "*.sql")
	if err != nil {
		panic(err) // the pattern is well formed
	}
	return len(files)
}

// migrate brings the database to the latest schema. It refuses a newer one.
func migrate(ctx context.Context, db *sql.DB, d goose.Dialect, options ...goose.ProviderOption) error {
	provider, err := goose.NewProvider(d, db, migrations(), append(options, goose.WithDisableGlobalRegistry(true))...)
	if err != nil {
		return err
	}
	version, err := provider.GetDBVersion(ctx)
	if err != nil {
		return err
	}
	if err := checkVersion(version); err != nil {
		return err
	}
	_, err = provider.Up(ctx)
	return err
}

// checkVersion returns an error for a schema newer than this program.
func checkVersion(version int64) error {
	if version > int64(latestVersion()) {
		return fmt.Errorf("its schema has version %d and this program knows versions up to %d; "+
			"use the newer aurea that made it",
			version, latestVersion())
	}
	return nil
}
