package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	_ "github.com/jackc/pgx/v5/stdlib" // the driver
	"github.com/pressly/goose/v3"
	locks "github.com/pressly/goose/v3/lock"
)

var postgresDialect = dialect{
	goose:        goose.DialectPostgres,
	outageReason: postgresOutageReason,
	now:          "CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT)",
	lockName:     "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))",
}

// firstAttempt is how long a service that starts waits for PostgreSQL before it
// goes on without it.
const firstOpenTimeout = 5 * time.Second

func openPostgres(ctx context.Context, address string, options Options) (*Store, error) {
	if _, err := pgconn.ParseConfig(address); err != nil {
		// The driver's error repeats the address, and there may be a password in it.
		return nil, errors.New("store: the address of the PostgreSQL database cannot be read; it is postgres://USER@HOST:PORT/DATABASE")
	}
	db, err := sql.Open("pgx", address)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(2*options.Readers + 1) // half of them may write, and one is the presence
	db.SetMaxIdleConns(2*options.Readers + 1)
	if options.ReadOnly {
		return newReadOnlyStore(ctx, db, postgresDialect)
	}
	lock := &epochLock{db: db}
	s := &Store{
		dialect: postgresDialect, reader: db, writer: &txWriter{db: db, isRetryable: isPostgresRetryable}, epochLock: lock, close: lock.close,
	}
	migrateLocked := func(ctx context.Context) error {
		// Two servers may start at once: the other one is asked once a second.
		locker, err := locks.NewPostgresSessionLocker(locks.WithLockTimeout(1, 300))
		if err == nil {
			err = migrate(ctx, db, postgresDialect.goose, goose.WithSessionLocker(locker))
		}
		return err
	}
	firstCtx, cancel := context.WithTimeout(ctx, firstOpenTimeout)
	defer cancel()
	err = migrateLocked(firstCtx)
	if reason := postgresOutageReason(err); reason != "" {
		s.pending.set(reason, migrateLocked)
		options.Log.Error("PostgreSQL is waited for", "error", err)
		return s, nil
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("store: the PostgreSQL database was left as it is: %w", err), db.Close())
	}
	return s, nil
}

// The classes of PostgreSQL's error codes that may pass: the connection failed,
// resources (the disk among them) are short, an operator intervened, the system
// failed (postgresql.org/docs/current/errcodes-appendix.html).
var temporaryClasses = map[string]string{
	"08": "the database cannot be reached",
	"53": "the database has no room",
	"57": "the database is being stopped or started",
	"58": "the database's disk does not answer as it should",
	"25": "the database cannot be written to", // a standby
}

// postgresAway says why PostgreSQL could not write, where that may pass.
func postgresOutageReason(err error) string {
	if code := code(err); code != "" {
		return temporaryClasses[code[:2]]
	}
	var (
		connect *pgconn.ConnectError
		network net.Error
	)
	if err == nil {
		return ""
	}
	lost := slices.ContainsFunc([]error{driver.ErrBadConn, sql.ErrConnDone, io.EOF, io.ErrUnexpectedEOF, net.ErrClosed},
		func(known error) bool { return errors.Is(err, known) })
	if lost || errors.As(err, &connect) || errors.As(err, &network) || pgconn.Timeout(err) || errors.Is(err, context.DeadlineExceeded) {
		return "the database cannot be reached"
	}
	return ""
}

// postgresAgain tells a transaction that another one got in the way of: a failed
// serialization, a deadlock, and a row that another one made just before.
func isPostgresRetryable(err error) bool {
	return slices.Contains([]string{"40001", "40P01", "23505"}, code(err))
}

// code is PostgreSQL's for an error; "" when the error is not its.
func code(err error) string {
	var failure *pgconn.PgError
	if !errors.As(err, &failure) || len(failure.Code) != 5 {
		return ""
	}
	return failure.Code
}
