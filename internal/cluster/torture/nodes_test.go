//go:build unix

package torture

import (
	"slices"
	"strings"
	"testing"

	"github.com/aurea-orchestrator/aurea/internal/cluster/clustertest"
)

// A run survives the end of one of three NATS servers: its clients go to
// another.
func TestNodeOfThreeEnds(t *testing.T) {
	t.Parallel()
	leaveOut(t)
	nodes := clustertest.Nodes(t, 3)
	var hosts []string
	for _, node := range nodes {
		hosts = append(hosts, node.Host())
	}
	list := strings.Join(hosts, ",")
	r := &rig{t: t, dir: t.TempDir(), nats: &natsBox{t: t, address: list}, target: startTarget(t, 0)}
	r.serve()
	for _, name := range []string{"a", "b"} {
		start(t, "worker "+name, "worker", "--nats", list, "--name", name)
	}
	r.awaitIdle(2)
	id := r.submit(load)
	r.target.await(t, 150)
	busiest := slices.MaxFunc(nodes, func(a, b clustertest.Node) int { return a.Clients() - b.Clients() })
	if busiest.Clients() == 0 {
		t.Fatal("no client is connected to NATS")
	}
	busiest.Stop()
	r.exact(r.await(id))
	r.verify()
}
