//go:build unix

package torture

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/client"
	"github.com/aurea-orchestrator/aurea/internal/aureatest"
	"github.com/aurea-orchestrator/aurea/internal/cluster"
	"github.com/aurea-orchestrator/aurea/internal/cluster/clustertest"
)

// TestMain lets more tests run at once than there are cores: they wait.
func TestMain(m *testing.M) {
	flag.Parse()
	if parallel := flag.Lookup("test.parallel"); parallel.Value.String() == parallel.DefValue {
		_ = parallel.Value.Set("12") // a number is never refused
	}
	os.Exit(m.Run())
}

// A rig is a service with workers, each a process and each behind a proxy, and a
// target of their jobs.
type rig struct {
	t       *testing.T
	dir     string   // of the service's data
	store   string   // address of the database; "" for one in dir
	nats    *natsBox // nil if the NATS server is the service's
	natsURL string
	plain   bool   // the service has no NATS
	files   string // directory of the service's files; "" if it has none
	row     string // what requests have before the number of their job, such as "/{{data.n}}"
	server  *process
	servers []*process // all lives of the server
	url     string     // of the service
	client  *client.Client
	workers []*worker
	target  *target
}

// A worker is a worker's process with its proxy.
type worker struct {
	*process
	proxy *proxy
	name  string
}

// A natsBox is a NATS server that can be restarted.
type natsBox struct {
	t       *testing.T
	address string
	stop    func()
}

// startNATS starts a NATS server outside the service.
func startNATS(t *testing.T) *natsBox {
	t.Helper()
	box := &natsBox{t: t}
	address, stop := clustertest.NATS(t, "127.0.0.1:0", "")
	box.address, box.stop = hostOf(t, address), stop
	return box
}

// awayFor ends the server and starts it again after a time.
func (n *natsBox) awayFor(d time.Duration) {
	n.t.Helper()
	n.stop()
	time.Sleep(d)
	_, n.stop = clustertest.NATS(n.t, n.address, "")
}

func hostOf(t *testing.T, address string) string {
	t.Helper()
	parsed, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return parsed.Host
}

// startRig starts a service with a NATS server of its own, and n workers.
func startRig(t *testing.T, n int) *rig {
	t.Helper()
	return startRigAt(t, nil, n)
}

// startRigAt starts a service that meets n workers at a NATS server.
func startRigAt(t *testing.T, nats *natsBox, n int) *rig {
	t.Helper()
	t.Parallel()
	return startRigAlone(t, nats, n)
}

// startRigAlone is startRigAt for a test that runs beside no other.
func startRigAlone(t *testing.T, nats *natsBox, n int) *rig {
	t.Helper()
	leaveOut(t)
	r := &rig{t: t, dir: t.TempDir(), nats: nats, target: startTarget(t, 0)}
	r.startAll(n)
	return r
}

// startAll starts the service and n workers.
func (r *rig) startAll(n int) {
	r.t.Helper()
	r.serve()
	for i := range n {
		r.addWorker(string(rune('a' + i)))
	}
	r.awaitIdle(n)
}

// leaveOut skips all tests but the torture if time is short.
func leaveOut(t *testing.T) {
	if testing.Short() && !strings.HasPrefix(t.Name(), "TestTorture") {
		t.Skip("left out: it takes seconds")
	}
}

// serve starts the service, or starts it again with the same data and ports.
func (r *rig) serve() {
	r.t.Helper()
	if r.client != nil {
		r.client.Close()
	}
	args := []string{"serve", "--listen", "127.0.0.1:0", "--data", r.dir}
	if r.store != "" {
		args = append(args, "--store", r.store)
	}
	if r.files != "" {
		args = append(args, "--files", r.files)
	}
	switch {
	case r.plain:
	case r.nats != nil:
		r.natsURL = "nats://" + r.nats.address
		args = append(args, "--nats", r.natsURL)
	case r.natsURL != "":
		args = append(args, "--nats-listen", hostOf(r.t, r.natsURL))
	default:
		args = append(args, "--nats-listen", "127.0.0.1:0")
	}
	r.server = start(r.t, "server", args...)
	r.servers = append(r.servers, r.server)
	r.url = r.server.await(`msg=listening url=(\S+)`)
	if r.nats == nil && !r.plain {
		r.natsURL = r.server.await(`msg="NATS is listening" url=(\S+)`)
	}
	var err error
	if r.client, err = client.New(r.url, ""); err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(r.client.Close)
	for end := time.Now().Add(time.Minute); r.client.Ready() != nil; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			r.t.Fatal("the service is not ready")
		}
	}
}

// addWorker starts a worker behind a proxy of its own.
func (r *rig) addWorker(name string, args ...string) *worker {
	r.t.Helper()
	w := &worker{name: name, proxy: startProxy(r.t, hostOf(r.t, r.natsURL))}
	w.process = start(r.t, "worker "+name, append([]string{"worker", "--nats", w.proxy.url(), "--name", name}, args...)...)
	w.await(`(msg="worker is ready")`)
	r.workers = append(r.workers, w)
	return w
}

// announceOther says hello for a worker of another version.
func (r *rig) announceOther(name string) {
	r.t.Helper()
	log := slog.New(slog.DiscardHandler)
	id := cluster.NewID()
	conn, err := cluster.Connect(r.t.Context(), cluster.ConnectOptions{
		URL: r.natsURL, Role: cluster.RoleWorker, ID: id, Log: log,
	})
	if err != nil {
		r.t.Fatal(err)
	}
	hello := cluster.Hello{
		ID: id, Name: name, Protocol: cluster.Protocol, Version: "0.0.0-other", GoArch: runtime.GOARCH, Host: "here",
		Weight: 1, State: cluster.Idle,
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- cluster.NewAnnouncer(conn, hello, log).Run(ctx) }()
	r.t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			r.t.Error(err)
		}
		cluster.Disconnect(conn)
	})
}

// states returns the states of the listed workers by name.
func (r *rig) states() map[string]aurea.WorkerState {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	list, err := r.client.Workers(ctx)
	if err != nil {
		r.t.Fatal(err)
	}
	states := map[string]aurea.WorkerState{}
	for _, w := range list {
		states[w.Name] = w.State
	}
	return states
}

// awaitIdle waits until n workers are idle.
func (r *rig) awaitIdle(n int) {
	r.t.Helper()
	r.awaitStates(n, aurea.WorkerIdle)
}

// awaitStates waits until n workers have a state.
func (r *rig) awaitStates(n int, want aurea.WorkerState) {
	r.t.Helper()
	for end := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		found := 0
		states := r.states()
		for _, state := range states {
			if state == want {
				found++
			}
		}
		if found >= n {
			return
		}
		if time.Now().After(end) {
			r.t.Fatalf("the workers are %v, want %d that are %s", states, n, want)
		}
	}
}

// awaitState waits until a worker has a state.
func (r *rig) awaitState(name string, want aurea.WorkerState) {
	r.t.Helper()
	for end := time.Now().Add(time.Minute); r.states()[name] != want; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			r.t.Fatalf("worker %s is not %s: the workers are %v", name, want, r.states())
		}
	}
}

// submit submits a run whose jobs call the target: load is the rest of its spec,
// such as "rate": 100.
func (r *rig) submit(load string, args ...any) string {
	r.t.Helper()
	const form = `{%s, "seed": 7, "workload": {"kind": "http", "url": "%s%s/{{job}}"}}`
	spec, err := aurea.DecodeSpec(fmt.Appendf(nil, form, fmt.Sprintf(load, args...), r.target.URL, r.row))
	if err != nil {
		r.t.Fatal(err)
	}
	run, err := r.client.Submit(r.t.Context(), spec, "")
	if err != nil {
		r.t.Fatal(err)
	}
	return run.ID
}

// finish waits until a run has finished, at the latest after a minute, and
// checks what holds for every run.
func (r *rig) finish(id string) aurea.Run {
	r.t.Helper()
	run := r.await(id)
	r.check(run)
	return run
}

// await waits until a run has finished, at the latest after a minute.
func (r *rig) await(id string) aurea.Run {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), time.Minute)
	defer cancel()
	run, err := r.client.Wait(ctx, id)
	if err != nil || !run.Status.Finished() {
		r.t.Fatalf("run %s is %s: %v", id, run.Status, err)
	}
	return run
}

// verify has the service check its stored runs.
func (r *rig) verify() {
	r.t.Helper()
	command := exec.CommandContext(r.t.Context(), aureatest.Binary(r.t), "runs", "verify", "--server", r.url)
	if output, err := command.CombinedOutput(); err != nil {
		r.t.Errorf("aurea runs verify: %v\n%s", err, output)
	}
}
