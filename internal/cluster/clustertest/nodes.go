package clustertest

import (
	"net/url"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// A Node is one NATS server of several that are one cluster.
type Node struct{ server *server.Server }

// Nodes starts n NATS servers on the loopback interface that know of each
// other. They end with the test.
func Nodes(t testing.TB, n int) []Node {
	t.Helper()
	var nodes []Node
	for i := range n {
		options := &server.Options{
			Host: "127.0.0.1", Port: server.RANDOM_PORT, NoSigs: true, NoLog: true, NoSystemAccount: true,
			ServerName: string(rune('a' + i)),
			Cluster:    server.ClusterOpts{Name: "test", Host: "127.0.0.1", Port: server.RANDOM_PORT, PoolSize: -1},
		}
		if i > 0 {
			first := nodes[0].server.ClusterAddr().String()
			options.Routes = []*url.URL{{Scheme: "nats", Host: first}}
		}
		node, err := server.NewServer(options)
		if err != nil {
			t.Fatal(err)
		}
		node.Start()
		if !node.ReadyForConnections(10 * time.Second) {
			t.Fatal("a NATS server does not listen")
		}
		nodes = append(nodes, Node{node})
		t.Cleanup(nodes[i].Stop)
	}
	for _, node := range nodes {
		for end := time.Now().Add(10 * time.Second); node.server.NumRoutes() < n-1; time.Sleep(5 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("a NATS server knows of %d others, want %d", node.server.NumRoutes(), n-1)
			}
		}
	}
	return nodes
}

// Host returns where clients reach the node, HOST:PORT.
func (n Node) Host() string { return n.server.Addr().String() }

// Clients returns how many clients are connected to the node.
func (n Node) Clients() int { return n.server.NumClients() }

// Stop ends the node. It may have ended.
func (n Node) Stop() {
	n.server.Shutdown()
	n.server.WaitForShutdown()
}
