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

// firstOpenTimeout is how long Open waits for PostgreSQL before it leaves the
// rest to Recover and Ready.
const firstOpenTimeout = 5 * time.Second

func openPostgres(ctx context.Context, address string, options Options) (*Store, error) {
	if _, err := pgconn.ParseConfig(address); err != nil {
		// The driver's error repeats the address, which may contain a password.
		return nil, errors.New("store: the address of the PostgreSQL database cannot be read; " +
			"it is postgres://USER@HOST:PORT/DATABASE")
	}
	db, err := sql.Open("pgx", address)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(2*options.Readers + 1) // readers, as many writers, and the epoch lock
	db.SetMaxIdleConns(2*options.Readers + 1)
	if options.ReadOnly {
		return newReadOnlyStore(ctx, db, postgresDialect)
	}
	lock := &epochLock{db: db}
	s := &Store{
		dialect: postgresDialect, reader: db, writer: &txWriter{db: db, isRetryable: isPostgresRetryable},
		epochLock: lock, close: lock.close,
	}
	migrateLocked := func(ctx context.Context) error {
		// Two servers may start at once: the lock is retried once a second.
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

// temporaryClasses are the classes of PostgreSQL's error codes that may pass:
// connection failure, insufficient resources (disk included), operator
// intervention and system error
// (postgresql.org/docs/current/errcodes-appendix.html).
var temporaryClasses = map[string]string{
	"08": "the database cannot be reached",
	"53": "the database has no room",
	"57": "the database is being stopped or started",
	"58": "the database's disk does not answer as it should",
	"25": "the database cannot be written to", // a standby
}

// postgresOutageReason returns why PostgreSQL cannot write if the cause may
// pass, and "" otherwise.
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
	if lost || errors.As(err, &connect) || errors.As(err, &network) ||
		pgconn.Timeout(err) || errors.Is(err, context.DeadlineExceeded) {
		return "the database cannot be reached"
	}
	return ""
}

// isPostgresRetryable reports whether a transaction failed because of another
// one: serialization failure, deadlock, or a row that the other one just
// inserted.
func isPostgresRetryable(err error) bool {
	return slices.Contains([]string{"40001", "40P01", "23505"}, code(err))
}

// code returns PostgreSQL's code of an error; "" for other errors.
func code(err error) string {
	var failure *pgconn.PgError
	if !errors.As(err, &failure) || len(failure.Code) != 5 {
		return ""
	}
	return failure.Code
}
