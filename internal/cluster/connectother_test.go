package cluster

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nkeys"

	"github.com/aurea-orchestrator/aurea"
)

// startOther starts a NATS server of somebody else.
func startOther(t *testing.T, o server.Options) (url string) {
	t.Helper()
	o.Host, o.Port, o.NoSigs, o.NoLog = "127.0.0.1", server.RANDOM_PORT, true, true
	other, err := server.NewServer(&o)
	if err != nil {
		t.Fatal(err)
	}
	other.Start()
	t.Cleanup(func() {
		other.Shutdown()
		other.WaitForShutdown()
	})
	return other.ClientURL()
}

// The permissions that docs/security.md gives for other servers suffice.
func TestDocumentedPermissions(t *testing.T) {
	users := []*server.User{documentedUser(t, "service"), documentedUser(t, "worker")}
	users[1].Permissions.Response = &server.ResponsePermission{MaxMsgs: 1}
	url := startOther(t, server.Options{Users: users})
	as := func(name string) string { return strings.Replace(url, "://", "://"+name+":secret@", 1) }
	service := connect(t, ConnectOptions{URL: as("service"), Role: RoleServer})
	worker := connect(t, ConnectOptions{URL: as("worker"), ID: "mine"})
	checkRolesTalk(t, service, worker)
	start(t, NewAnnouncer(worker, testHello("mine"), quiet()).Run)
	registry := newTestRegistry(service)
	start(t, registry.Run)
	waitFor(t, "the worker", func() bool { return states(registry)["mine"] == aurea.WorkerIdle })
}

// documentedUser returns a user with the permissions of a row of the table.
func documentedUser(t *testing.T, row string) *server.User {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("..", "..", "docs", "security.md"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(content)) {
		cells := strings.Split(line, "|")
		if len(cells) != 5 || strings.TrimSpace(cells[1]) != row {
			continue
		}
		return &server.User{Username: row, Password: "secret", Permissions: &server.Permissions{
			Publish:   &server.SubjectPermission{Allow: documentedSubjects(cells[2])},
			Subscribe: &server.SubjectPermission{Allow: documentedSubjects(cells[3])},
		}}
	}
	t.Fatalf("docs/security.md has no permissions of a %s", row)
	return nil
}

// documentedSubjects returns the code spans of a cell.
func documentedSubjects(cell string) (subjects []string) {
	for n, text := range strings.Split(cell, "`") {
		if n%2 == 1 {
			subjects = append(subjects, text)
		}
	}
	return subjects
}

// A file of credentials admits to a server that asks for them.
func TestCredentials(t *testing.T) {
	operator, account, user := newNKey(t, nkeys.CreateOperator), newNKey(t, nkeys.CreateAccount), newNKey(t, nkeys.CreateUser)
	accounts := &server.MemAccResolver{}
	accountJWT := encodeClaims(t, jwt.NewAccountClaims(publicKey(t, account)), operator)
	if err := accounts.Store(publicKey(t, account), accountJWT); err != nil {
		t.Fatal(err)
	}
	url := startOther(t, server.Options{TrustedKeys: []string{publicKey(t, operator)}, AccountResolver: accounts})
	seed, err := user.Seed()
	if err != nil {
		t.Fatal(err)
	}
	content, err := jwt.FormatUserConfig(encodeClaims(t, jwt.NewUserClaims(publicKey(t, user)), account), seed)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "user.creds")
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
	if message, err := echo(connect(t, ConnectOptions{URL: url, Credentials: file})); err != nil || string(message.Data) != "hello" {
		t.Errorf("with credentials: %v, %v; want hello", message, err)
	}
	_, err = tryConnect(t, ConnectOptions{URL: url, Token: "the-right-token-1"})
	if want := "does not accept the token or credentials"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("with a token: %v, want %q", err, want)
	}
}

func newNKey(t *testing.T, create func() (nkeys.KeyPair, error)) nkeys.KeyPair {
	t.Helper()
	key, err := create()
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func publicKey(t *testing.T, key nkeys.KeyPair) string {
	t.Helper()
	public, err := key.PublicKey()
	if err != nil {
		t.Fatal(err)
	}
	return public
}

func encodeClaims(t *testing.T, claims jwt.Claims, signer nkeys.KeyPair) string {
	t.Helper()
	encoded, err := claims.Encode(signer)
	if err != nil {
		t.Fatal(err)
	}
	return encoded
}

// A server of a version that is not tested is an error that says which it is.
func TestConnectToAnOldServer(t *testing.T) {
	var config net.ListenConfig
	listener, err := config.Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }() // its connection has ended
	go speakAsOldServer(listener)
	_, err = tryConnect(t, ConnectOptions{URL: listener.Addr().String()})
	if want := "it is version 2.9.25; use 2.11 or later"; err == nil || !strings.HasSuffix(err.Error(), want) {
		t.Errorf("%v, want %q", err, want)
	}
}

// speakAsOldServer answers one client as NATS 2.9 does.
func speakAsOldServer(listener net.Listener) {
	conn, err := listener.Accept()
	if err != nil {
		return
	}
	defer func() { _ = conn.Close() }() // the client may have closed it
	fmt.Fprint(conn, `INFO {"server_id":"old","version":"2.9.25","proto":1,"headers":true,"max_payload":1048576}`+"\r\n")
	for lines := bufio.NewScanner(conn); lines.Scan(); {
		if lines.Text() == "PING" {
			fmt.Fprint(conn, "PONG\r\n")
		}
	}
}
