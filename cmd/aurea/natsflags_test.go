package main

import (
	"net"
	"strings"
	"testing"
)

// Invalid flags of NATS are wrong usage, and the error names them. What can be
// reached from other machines needs a token and TLS.
func TestNATSFlagErrors(t *testing.T) {
	tokens := writeTestFile(t, "tokens", tokenA+"\n")
	const exposed = "can be reached from other machines, and anyone who reaches it could join as a worker"
	for _, test := range []struct{ args, want string }{
		{"--nats-listen 127.0.0.1", `--nats-listen must be HOST:PORT, such as 127.0.0.1:4222; got "127.0.0.1"`},
		{"--nats-listen 127.0.0.1:x", `--nats-listen must be HOST:PORT, such as 127.0.0.1:4222; got "127.0.0.1:x"`},
		{"--nats-listen 127.0.0.1:0 --nats nats://127.0.0.1:1", "--nats-listen and --nats cannot be combined"},
		{"--nats-listen 0.0.0.0:4222", "--nats-listen 0.0.0.0:4222 " + exposed},
		{"--nats-listen :4222", exposed},
		{"--nats-listen 192.0.2.1:4222", "give --worker-token-file FILE, --nats-tls-cert FILE and --nats-tls-key FILE, or --insecure"},
		{"--nats-listen nats.example:4222 --worker-token-file " + tokens, "give --nats-tls-cert FILE and --nats-tls-key FILE, or --insecure"},
		{"--nats-listen [::]:4222 --nats-tls-cert c --nats-tls-key k", "give --worker-token-file FILE, or --insecure"},
		{"--nats-listen 127.0.0.1:0 --nats-tls-cert c", "--nats-tls-cert needs --nats-tls-key"},
		{"--nats-listen 127.0.0.1:0 --nats-tls-key k", "--nats-tls-key needs --nats-tls-cert"},
		{"--nats-listen 127.0.0.1:0 --nats-tls-cert /nowhere --nats-tls-key /nowhere", "--nats-tls-cert, --nats-tls-key: open /nowhere: "},
		{"--nats-listen 127.0.0.1:0 --worker-token-file /nowhere", "--worker-token-file: stat /nowhere: "},
		{"--nats-listen 127.0.0.1:0 --worker-token-file " + writeTestFile(t, "read", "read "+tokenA), "a worker's token has no role"},
		{"--nats-listen 127.0.0.1:0 --worker-token-file " + writeTestFile(t, "short", "short"), "the token of line 1 has 5 characters and can be guessed"},
		{"--worker-token-file " + tokens, "--worker-token-file is for the NATS server of the service; start one with --nats-listen"},
		{"--nats-tls-cert c", "--nats-tls-cert is for the NATS server of the service"},
		{"--nats http://127.0.0.1:1", "--nats: the URL of a NATS server begins with nats:// or tls://, not with http://"},
		{"--nats-creds c", "--nats-creds is for a connection to NATS; give its URL with --nats"},
		{"--nats-ca c", "--nats-ca is for a connection to NATS"},
		{"--nats nats://127.0.0.1:1 --nats-cert c", "--nats-cert needs --nats-key"},
		{"--nats nats://127.0.0.1:1 --nats-creds c --nats-token-file t", "--nats-creds and --nats-token-file cannot be combined"},
		{"--nats nats://127.0.0.1:1 --nats-creds /nowhere", "--nats-creds: open /nowhere: "},
		{"--nats nats://127.0.0.1:1 --nats-token-file /nowhere", "--nats-token-file: open /nowhere: "},
	} {
		args := append([]string{"serve", "--listen", "127.0.0.1:0", "--data", t.TempDir()}, strings.Fields(test.args)...)
		code, _, stderr := runCommand(t, "", args...)
		if code != exitUsage || !strings.Contains(stderr, test.want) {
			t.Errorf("aurea serve %s: exit %d, %q; want %d, %q", test.args, code, stderr, exitUsage, test.want)
		}
	}
}

// An address that is taken is a failure, as for --listen.
func TestNATSListenIsTaken(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	address := taken.Addr().String()
	code, _, stderr := runCommand(t, "", "serve", "--listen", "127.0.0.1:0", "--data", t.TempDir(),
		"--nats-listen", address)
	checkExit(t, "aurea serve", code, exitFailure, stderr)
	checkContains(t, "standard error", stderr, "aurea: cannot listen on "+address+": listen tcp "+address+
		": bind: address already in use; choose another address with --nats-listen")
}

// An address that other machines can reach is allowed with a token and TLS, or
// if it is meant.
func TestNATSListenIsAllowed(t *testing.T) {
	for _, f := range []natsListenFlags{
		{listen: "127.0.0.1:4222"}, {listen: "[::1]:4222"}, {listen: "localhost:4222"},
		{listen: "0.0.0.0:4222", tokenFile: "t", cert: "c", key: "k"},
	} {
		if err := f.check(false); err != nil {
			t.Errorf("%+v: %v", f, err)
		}
	}
	if err := (natsListenFlags{listen: "0.0.0.0:4222"}).check(true); err != nil {
		t.Errorf("--insecure: %v", err)
	}
}
