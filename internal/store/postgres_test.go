package store_test

import (
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/aurea-orchestrator/aurea/internal/store/storetest"
)

func TestPostgres(t *testing.T) {
	storetest.Run(t, func(t *testing.T) storetest.Place { return place(database(t)) })
}

// cluster is the PostgreSQL server of this package's tests. It listens on a socket
// in a folder of its own only.
type cluster struct {
	folder string
	bin    string
	as     *syscall.Credential // PostgreSQL refuses to be root
}

var shared struct {
	sync.Once
	*cluster
	err error
}

var schemas atomic.Int64

// database is the address of an empty schema in the shared server, which is started
// by the first test that needs it and stopped when all have ended.
func database(t testing.TB) string {
	t.Helper()
	bin := postgresPrograms(t)
	shared.Do(func() { shared.cluster, shared.err = startCluster(bin) })
	if shared.err != nil {
		t.Fatal(shared.err)
	}
	name := fmt.Sprintf("test%d", schemas.Add(1))
	if _, err := openSQL(t, shared.address("public")).Exec("CREATE SCHEMA " + name); err != nil {
		t.Fatal(err)
	}
	return shared.address(name)
}

func openSQL(t testing.TB, address string) *sql.DB {
	t.Helper()
	db, err := sql.Open("pgx", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// address is that of the server's one database, seen from a schema.
func (c *cluster) address(schema string) string {
	return "postgres:///postgres?" + url.Values{"host": {c.folder}, "user": {"aurea"}, "search_path": {schema}}.Encode()
}

// postgresPrograms is the folder of the server's programs, which Debian does not
// have in the path.
func postgresPrograms(t testing.TB) string {
	t.Helper()
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if path, err := exec.LookPath("initdb"); err == nil {
		found = append(found, path)
	}
	if len(found) == 0 {
		if os.Getenv("CI") == "true" {
			t.Fatal("PostgreSQL is not installed; scripts/test-deps installs it")
		}
		t.Skip("left out: PostgreSQL is not installed; make test installs it where it may")
	}
	return filepath.Dir(found[0])
}

func startCluster(bin string) (*cluster, error) {
	folder, err := os.MkdirTemp("", "aurea-postgres-") // short: a socket's path has at most 107 bytes
	if err != nil {
		return nil, err
	}
	c := &cluster{folder: folder, bin: bin}
	if os.Getuid() == 0 {
		if c.as, err = nobodySpecial(folder); err != nil {
			return nil, err
		}
	}
	data := filepath.Join(folder, "data")
	if err := c.run("initdb", "--pgdata", data, "--username", "aurea", "--auth", "trust", "--no-sync", "--encoding", "UTF8", "--locale", "C.UTF-8"); err != nil {
		return nil, err
	}
	settings := "-c listen_addresses='' -c unix_socket_directories=" + folder + " -c fsync=off -c max_connections=50"
	return c, c.run("pg_ctl", "start", "--wait", "--pgdata", data, "--log", filepath.Join(folder, "log"), "--options", settings)
}

// nobodySpecial is the user postgres, who is given the folder.
func nobodySpecial(folder string) (*syscall.Credential, error) {
	postgres, err := user.Lookup("postgres")
	if err != nil {
		return nil, err
	}
	uid, _ := strconv.Atoi(postgres.Uid)
	gid, _ := strconv.Atoi(postgres.Gid)
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, os.Chown(folder, uid, gid)
}

func (c *cluster) run(program string, args ...string) error {
	command := exec.Command(filepath.Join(c.bin, program), args...)
	command.Dir = c.folder
	command.SysProcAttr = &syscall.SysProcAttr{Credential: c.as}
	output, err := command.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: %w\n%s", command, err, output)
	}
	return nil
}

// stop ends the server, if it was started, and removes what it left.
func (c *cluster) stop() error {
	if c == nil {
		return nil
	}
	err := c.run("pg_ctl", "stop", "--wait", "--mode", "immediate", "--pgdata", filepath.Join(c.folder, "data"))
	if err != nil {
		return err
	}
	return os.RemoveAll(c.folder)
}
