package cluster

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nats-io/nats-server/v2/server"
)

// The configuration that docs/cluster.md gives for a NATS server of one's own is
// understood by NATS, and suffices.
func TestDocumentedConfiguration(t *testing.T) {
	content, err := os.ReadFile(filepath.Join("..", "..", "docs", "cluster.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, config, _ := strings.Cut(string(content), "```conf\n")
	config, _, found := strings.Cut(config, "```\n")
	if !found {
		t.Fatal("docs/cluster.md has no configuration; is its fence still ```conf?")
	}
	file := filepath.Join(t.TempDir(), "nats.conf")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	options, err := server.ProcessConfigFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if options.MaxPayload < maxPayload {
		t.Errorf("a message may have %d bytes, and needs %d", options.MaxPayload, maxPayload)
	}
	url := startOther(t, *options)
	connectAs := func(user, password string, o ConnectOptions) *Conn {
		o.URL = strings.Replace(url, "://", "://"+user+":"+password+"@", 1)
		return connect(t, o)
	}
	checkRolesTalk(t,
		connectAs("service", "one%20of%20your%20choice", ConnectOptions{Role: RoleServer}),
		connectAs("worker", "another%20one", ConnectOptions{ID: "mine"}))
}
