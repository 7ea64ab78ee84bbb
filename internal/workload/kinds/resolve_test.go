package kinds_test

import (
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/workload/kinds"
	"github.com/aurea-orchestrator/aurea/internal/workload/workloadtest"
)

// acquiring are workloads whose jobs need files, memory, connections or
// programs.
var acquiring = map[string]string{
	"http":       `{"kind": "http", "url": "$URL/{{job}}", "connections": 4}`,
	"http fixed": `{"kind": "http", "url": "$URL"}`,
	"http 2":     `{"kind": "http", "url": "$URL", "version": "2"}`,
	"https":      `{"kind": "http", "url": "$HTTPS", "tls": {"skip_verify": true}}`,
	"grpc":       `{"kind": "grpc", "target": "$GRPC", "method": "grpc.health.v1.Health/Check"}`,
	"poll":       `{"kind": "http", "url": "$URL", "body": {}, "poll": {}}`,
	"host name":  `{"kind": "http", "url": "$LOCALHOST"}`,
	"disk write": `{"kind": "disk", "bytes": 4096}`,
	"disk read":  `{"kind": "disk", "bytes": 4096, "op": "read"}`,
	"memory":     `{"kind": "memory", "bytes": 4096}`,
	"exec":       `{"kind": "exec", "command": "touch"}`,
	"steps":      `{"kind": "steps", "steps": [{"kind": "http", "url": "$URL"}, {"kind": "disk", "bytes": 4096}]}`,
	"mix": `{"kind": "mix", "parts": [{"workload": {"kind": "http", "url": "$URL"}},
		{"workload": {"kind": "steps", "steps": [{"kind": "disk", "bytes": 4096, "op": "read"}]}}]}`,
}

// Resolving a plan opens no connection and no file, runs no program and starts
// no goroutine. Only opening the workload does.
func TestResolveAcquiresNothing(t *testing.T) {
	var connections atomic.Int64
	count := func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	plain, secure := countingServer(t, count, false), countingServer(t, count, true)
	_, port, _ := net.SplitHostPort(strings.TrimPrefix(plain, "http://"))
	urls := strings.NewReplacer("$URL", plain, "$HTTPS", secure, "$LOCALHOST", "http://localhost:"+port,
		"$GRPC", serveHealth(t))
	for name, text := range acquiring {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "scratch")
			touched := filepath.Join(t.TempDir(), "touched")
			o := kinds.Options{Commands: listed(t, fmt.Sprintf(
				`{"commands": {"touch": {"path": %q, "args": [%q]}}}`, found(t, "touch"), touched))}
			o.Dir = dir
			set, w := kinds.New(o), workloadtest.Workload(t, urls.Replace(text))
			spec := aurea.Spec{Timeout: aurea.Duration(time.Minute)}
			goroutines, files := goleak.IgnoreCurrent(), openFiles(t)
			connections.Store(0)

			resolved, err := set.Resolve(aurea.Plan{Spec: spec, Workload: w, Concurrency: 4, Seed: 1})

			if err != nil {
				t.Fatal(err)
			}
			if err := goleak.Find(goroutines); err != nil {
				t.Errorf("Resolve started a goroutine: %v", err)
			}
			for number, file := range openFiles(t) {
				if files[number] != file { // those of the workload before may be closed meanwhile
					t.Errorf("Resolve opened the file %s: %s", number, file)
				}
			}
			for _, path := range []string{dir, touched} {
				if _, err := os.Stat(path); !os.IsNotExist(err) {
					t.Errorf("Resolve made %s", path)
				}
			}
			if n := connections.Load(); n != 0 {
				t.Errorf("Resolve opened %d connections", n)
			}
			jobs, err := resolved.Open(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer jobs.Close()
			if _, err := os.Stat(dir); strings.Contains(text, "disk") && err != nil {
				t.Errorf("Open did not make the directory of the disk jobs: %v", err)
			}
		})
	}
}

// countingServer starts a server and returns its URL.
func countingServer(t *testing.T, count func(net.Conn, http.ConnState), secure bool) string {
	t.Helper()
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.Config.ConnState = count
	if secure {
		server.StartTLS()
	} else {
		server.Start()
	}
	t.Cleanup(server.Close)
	return server.URL
}

// openFiles returns what this process has open, by file descriptor; nil on
// systems without /proc.
func openFiles(t *testing.T) map[string]string {
	t.Helper()
	if runtime.GOOS != "linux" {
		return nil
	}
	const table = "/proc/self/fd"
	entries, err := os.ReadDir(table)
	if err != nil {
		t.Fatal(err)
	}
	open := map[string]string{}
	for _, entry := range entries {
		if target, err := os.Readlink(filepath.Join(table, entry.Name())); err == nil {
			open[entry.Name()] = target
		}
	}
	// The table itself was open only while it was read.
	maps.DeleteFunc(open, func(_, target string) bool { return strings.HasSuffix(target, "/fd") })
	return open
}
