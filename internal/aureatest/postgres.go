package aureatest

import (
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
)

// A Postgres is a real PostgreSQL server in a folder of its own. It listens
// only on a socket in that folder.
type Postgres struct {
	folder string
	bin    string
	as     *syscall.Credential // PostgreSQL refuses to run as root
}

// PostgresPrograms returns the folder of PostgreSQL's programs, which Debian
// does not add to the path. If there is none, the test is skipped; in CI it
// fails.
func PostgresPrograms(t testing.TB) string {
	t.Helper()
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if path, err := exec.LookPath("initdb"); err == nil {
		found = append(found, path)
	}
	if len(found) == 0 {
		if os.Getenv("CI") == "true" {
			t.Fatal("PostgreSQL is not installed; scripts/test-deps installs it")
		}
		t.Skip("left out: PostgreSQL is not installed; make test installs it where it can")
	}
	return filepath.Dir(found[0])
}

// StartPostgres starts a server with the programs in folder bin. The caller
// must stop it.
func StartPostgres(bin string) (*Postgres, error) {
	folder, err := os.MkdirTemp("", "aurea-postgres-") // short, because a socket's path has at most 107 bytes
	if err != nil {
		return nil, err
	}
	p := &Postgres{folder: folder, bin: bin}
	if os.Getuid() == 0 {
		if p.as, err = postgresUser(folder); err != nil {
			return nil, err
		}
	}
	err = p.run("initdb", "--pgdata", p.data(), "--username", "aurea", "--auth", "trust", "--no-sync", "--encoding",
		"UTF8", "--locale", "C.UTF-8")
	if err != nil {
		return nil, err
	}
	settings := "-c listen_addresses='' -c unix_socket_directories=" + folder + " -c fsync=off -c max_connections=50"
	return p, p.run("pg_ctl", "start", "--wait", "--pgdata", p.data(), "--log", p.log(), "--options", settings)
}

func (p *Postgres) data() string { return filepath.Join(p.folder, "data") }
func (p *Postgres) log() string  { return filepath.Join(p.folder, "log") }

// postgresUser returns the credentials of the user postgres and gives it the
// folder.
func postgresUser(folder string) (*syscall.Credential, error) {
	postgres, err := user.Lookup("postgres")
	if err != nil {
		return nil, err
	}
	uid, _ := strconv.Atoi(postgres.Uid)
	gid, _ := strconv.Atoi(postgres.Gid)
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, os.Chown(folder, uid, gid)
}

func (p *Postgres) run(program string, args ...string) error {
	command := exec.Command(filepath.Join(p.bin, program), args...) //nolint:noctx // it ends by itself
	command.Dir = p.folder
	command.SysProcAttr = &syscall.SysProcAttr{Credential: p.as}
	output, err := command.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: %w\n%s", command, err, output)
	}
	return nil
}

// Address returns the address of the server's only database with a schema.
func (p *Postgres) Address(schema string) string {
	return "postgres:///postgres?" + url.Values{"host": {p.folder}, "user": {"aurea"}, "search_path": {schema}}.Encode()
}

// Restart stops the server at once, without notice to its clients, and starts
// it again.
func (p *Postgres) Restart() error {
	return p.run("pg_ctl", "restart", "--wait", "--mode", "immediate", "--pgdata", p.data(), "--log", p.log())
}

// Stop stops the server, if it runs, and removes its folder.
func (p *Postgres) Stop() error {
	if p == nil {
		return nil
	}
	if err := p.run("pg_ctl", "stop", "--wait", "--mode", "immediate", "--pgdata", p.data()); err != nil {
		return err
	}
	return os.RemoveAll(p.folder)
}
