package main

import (
	"context"
	"encoding/json"
	"log/slog"
	"net"
	"net/netip"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/aureatest"
	"github.com/aurea-orchestrator/aurea/internal/cluster"
	"github.com/aurea-orchestrator/aurea/internal/cluster/clustertest"
	"github.com/aurea-orchestrator/aurea/internal/egress"
)

// announce says hello for a worker until the test ends, or until stop is called.
func announce(t *testing.T, flags workerFlags) (stop func()) {
	t.Helper()
	hello, err := flags.hello(aurea.Environment{Cores: 2, CPU: "a processor"})
	if err != nil {
		t.Fatal(err)
	}
	hello.Version = commandVersion(t) // make gives the command one, and its tests none
	log := slog.New(slog.DiscardHandler)
	conn, err := flags.nats.connect(t.Context(), cluster.RoleWorker, hello.ID, false, log)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() {
		if err := cluster.NewAnnouncer(conn, hello, log).Run(ctx); err != nil {
			t.Error(err)
		}
	})
	stop = sync.OnceFunc(func() {
		cancel()
		running.Wait()
		cluster.Disconnect(conn)
	})
	t.Cleanup(stop)
	return stop
}

// commandVersion returns the version of the built command.
func commandVersion(t *testing.T) string {
	t.Helper()
	output, err := exec.CommandContext(t.Context(), aureatest.Binary(t), "version").Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.Fields(string(output))[1]
}

// listedWorkers returns the workers that a service lists.
func listedWorkers(t *testing.T, url string) []aurea.Worker {
	t.Helper()
	var list struct{ Workers []aurea.Worker }
	if err := json.Unmarshal([]byte(get(t, url+"/v1/workers")), &list); err != nil {
		t.Fatal(err)
	}
	return list.Workers
}

// A service with a NATS server lists the worker that joins with a token, until
// it leaves, and ends although another one is connected.
func TestServeListsWorkers(t *testing.T) {
	address := aureatest.FreeAddress(t)
	tokens := writeTestFile(t, "tokens", tokenA+"\n")
	url, process := aureatest.Serve(t, "--nats-listen", address, "--worker-token-file", tokens)
	flags := workerFlags{nats: natsFlags{url: address, tokenFile: tokens}, name: "one", labels: []string{"zone=a"}}
	leave := announce(t, flags)
	waitFor(t, func() bool { return len(listedWorkers(t, url)) == 1 })
	worker := listedWorkers(t, url)[0]
	if worker.Name != "one" || worker.Labels["zone"] != "a" || worker.Cores != 2 {
		t.Errorf("the worker is listed as %+v", worker)
	}
	if worker.State != aurea.WorkerIdle {
		t.Errorf("the worker is %s, %q; want it idle", worker.State, worker.Reason)
	}
	leave()
	waitFor(t, func() bool { return len(listedWorkers(t, url)) == 0 })
	flags.name = "two"
	announce(t, flags)
	waitFor(t, func() bool { return len(listedWorkers(t, url)) == 1 })
	if err := process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	waitFor(t, func() bool { // nothing listens there any more
		conn, err := net.Dial("tcp", address)
		if err == nil {
			_ = conn.Close() // it was not used
		}
		return err != nil
	})
}

// A service starts although its NATS server is away, finds its workers once it
// is there, and again after it was away.
func TestServeAtAnotherNATS(t *testing.T) {
	address := aureatest.FreeAddress(t)
	url, _ := aureatest.Serve(t, "--nats", "nats://"+address)
	if got := listedWorkers(t, url); len(got) != 0 {
		t.Errorf("without NATS there are %+v", got)
	}
	_, stop := clustertest.NATS(t, address, "")
	flags := workerFlags{nats: natsFlags{url: address}, name: "one"}
	leave := announce(t, flags)
	waitFor(t, func() bool { return len(listedWorkers(t, url)) == 1 })
	stop()
	leave() // unheard
	clustertest.NATS(t, address, "")
	flags.name = "two"
	announce(t, flags)
	waitFor(t, func() bool {
		list := listedWorkers(t, url)
		return len(list) == 2 && list[1].Name == "two" && list[1].State == aurea.WorkerIdle
	})
}

// Jobs call neither the service's own NATS server nor the one that a service or
// a worker uses.
func TestJobsDoNotCallNATS(t *testing.T) {
	address := aureatest.FreeAddress(t)
	url, _ := aureatest.Serve(t, "--nats-listen", address)
	code, _, stderr := runCommand(t, "", "run", "--server", url, "--jobs", "1", "http://"+address+"/")
	checkExit(t, "a job that calls NATS", code, exitUsage, stderr)
	if !strings.Contains(stderr, "that is this service itself") {
		t.Errorf("the error is %q", stderr)
	}
	targets := natsFlags{url: "nats://localhost:4222"}.refuseIn(egress.Allowlist{})
	for address, refused := range map[string]bool{"127.0.0.1:4222": true, "[::1]:4222": true, "127.0.0.1:4223": false} {
		if err := targets.Allow("localhost", netip.MustParseAddrPort(address)); (err != nil) != refused {
			t.Errorf("%s beside the NATS server: %v, want it refused: %v", address, err, refused)
		}
	}
}
