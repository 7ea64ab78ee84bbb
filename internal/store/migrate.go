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

// migrations is how goose wants them: at the top.
func migrations() fs.FS {
	sub, err := fs.Sub(embedded, "migrations")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return sub
}

// newest is the version of the schema that this program knows: they have a file
// each, counted from 1.
func latestVersion() int {
	files, err := fs.Glob(migrations(), "*.sql")
	if err != nil {
		panic(err) // the pattern is well formed
	}
	return len(files)
}

// migrate brings the database to the present schema. A newer one is refused.
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

// known refuses what a newer program has made.
func checkVersion(version int64) error {
	if version > int64(latestVersion()) {
		return fmt.Errorf("its schema has version %d and this program knows versions up to %d; use the newer aurea that made it", version, latestVersion())
	}
	return nil
}
