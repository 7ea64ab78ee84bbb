package main

import (
	"context"
	"log/slog"
	"os"

	"github.com/spf13/pflag"

	"github.com/aurea-orchestrator/aurea/internal/cluster"
	"github.com/aurea-orchestrator/aurea/internal/egress"
)

// natsFlags are the flags that say how to reach a NATS server that runs
// elsewhere. A service and a worker have them.
type natsFlags struct {
	url         string
	credentials string
	ca          string
	cert, key   string
	tokenFile   string
}

// addFlags declares the flags. meets is what the process finds there.
func (f *natsFlags) addFlags(flags *pflag.FlagSet, meets string) {
	flags.StringVar(&f.url, "nats", "", "`URL` of the NATS server where "+meets+
		", such as nats://127.0.0.1:4222; several with commas")
	flags.StringVar(&f.credentials, "nats-creds", "", "`file` of credentials for NATS, a JWT and its key")
	flags.StringVar(&f.tokenFile, "nats-token-file", "", "`file` whose first line is the token for NATS")
	flags.StringVar(&f.ca, "nats-ca", "", "`file` of the certificates to trust for NATS, in PEM, instead of the system's")
	flags.StringVar(&f.cert, "nats-cert", "", "`file` of the certificate that NATS is shown, in PEM")
	flags.StringVar(&f.key, "nats-key", "", "`file` of its key, in PEM")
}

// set reports whether there is a NATS server to connect to.
func (f natsFlags) set() bool { return f.url != "" }

// check checks the flags without reading the files that they name.
func (f natsFlags) check() error {
	if !f.set() {
		if flag := firstSet(
			[2]string{"--nats-creds", f.credentials}, [2]string{"--nats-token-file", f.tokenFile},
			[2]string{"--nats-ca", f.ca}, [2]string{"--nats-cert", f.cert}, [2]string{"--nats-key", f.key},
		); flag != "" {
			return usageErrorf("%s is for a connection to NATS; give its URL with --nats", flag)
		}
		return nil
	}
	if err := cluster.CheckURL(f.url); err != nil {
		return usageErrorf("--nats: %v", err)
	}
	if f.credentials != "" && f.tokenFile != "" {
		return usageErrorf("--nats-creds and --nats-token-file cannot be combined; NATS takes one of them")
	}
	return checkPair("--nats-cert", f.cert, "--nats-key", f.key)
}

// refuseIn returns a list that refuses the NATS servers whose URLs have an
// address, or localhost: jobs have no business there.
func (f natsFlags) refuseIn(targets egress.Allowlist) egress.Allowlist {
	for _, address := range cluster.ServerAddrs(f.url) {
		targets = targets.Except(address)
	}
	return targets
}

// connect connects to the server. A worker tries for ever, and a service starts
// without its workers, if the server cannot be reached yet.
func (f natsFlags) connect(
	ctx context.Context, role cluster.Role, id string, insecure bool, log *slog.Logger,
) (*cluster.Conn, error) {
	token, err := firstToken("--nats-token-file", f.tokenFile)
	if err != nil {
		return nil, err
	}
	if err := f.checkFiles(); err != nil {
		return nil, err
	}
	name := "aurea worker"
	if role == cluster.RoleServer {
		name = "aurea serve"
	}
	conn, err := cluster.Connect(ctx, cluster.ConnectOptions{
		URL: f.url, Role: role, ID: id, Name: name, Token: token, Credentials: f.credentials,
		CA: f.ca, Cert: f.cert, Key: f.key, Insecure: insecure, Wait: true, Log: log,
	})
	if err != nil {
		return nil, usageErrorf("--nats: %v", err)
	}
	return conn, nil
}

// checkFiles returns an error that names the flag whose file cannot be read.
func (f natsFlags) checkFiles() error {
	for _, flag := range [][2]string{
		{"--nats-creds", f.credentials}, {"--nats-ca", f.ca}, {"--nats-cert", f.cert}, {"--nats-key", f.key},
	} {
		if flag[1] == "" {
			continue
		}
		file, err := os.Open(flag[1])
		if err != nil {
			return usageErrorf("%s: %v", flag[0], err)
		}
		_ = file.Close() // it was only opened
	}
	return nil
}

// firstSet returns the name of the first flag that has a value; "" if none has.
func firstSet(flags ...[2]string) string {
	for _, flag := range flags {
		if flag[1] != "" {
			return flag[0]
		}
	}
	return ""
}

// checkPair refuses one of two flags without the other.
func checkPair(first, firstValue, second, secondValue string) error {
	switch {
	case firstValue != "" && secondValue == "":
		return usageErrorf("%s needs %s", first, second)
	case firstValue == "" && secondValue != "":
		return usageErrorf("%s needs %s", second, first)
	}
	return nil
}
