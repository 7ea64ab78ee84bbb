// Package aureatest starts real programs for tests: the built command, serving
// on a free port of the loopback interface, and the programs that tests need
// beside it. It is imported by tests only.
package aureatest

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Need returns the path of a program that the test requires. If it is missing,
// the test is skipped; in CI it fails.
func Need(t testing.TB, program string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("%s is not installed; scripts/test-deps installs it", program)
		}
		t.Skipf("left out: %s is not installed; make test installs it where it may", program)
	}
	return path
}

// Root returns the top folder of the repository.
func Root() string { return root }

// root is determined before a test can change the working directory. The name
// of a source file would not help: -trimpath removes its folder.
var root = moduleAbove()

// moduleAbove returns the nearest folder with a go.mod, searching upwards from
// the working directory, the folder of the tested package.
func moduleAbove() string {
	dir, err := os.Getwd()
	if err != nil {
		panic(err)
	}
	for dir != filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		dir = filepath.Dir(dir)
	}
	panic("no go.mod above the working directory: tests run in the folder of their package")
}

// build compiles the command once for all tests of a package. GOFLAGS and
// CGO_ENABLED are those of the test, so both use the same build cache.
var build = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "aurea-test-")
	if err != nil {
		return "", err
	}
	binary := filepath.Join(dir, "aurea")
	command := exec.CommandContext(context.Background(), "go", "build", "-o", binary, "./cmd/aurea")
	command.Dir = Root()
	if output, err := command.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build ./cmd/aurea: %w\n%s", err, output)
	}
	return binary, nil
})

// PrivateData gives the commands that the tests of a package run a directory for
// their data, so that they stay out of the developer's history.
var PrivateData = sync.OnceValue(func() error {
	dir, err := os.MkdirTemp("", "aurea-test-data-")
	if err != nil {
		return err
	}
	return os.Setenv("XDG_DATA_HOME", dir)
})

// Binary returns the path of the built command: the one named by AUREA_BIN,
// which make sets, or one built for the package's tests. See also PrivateData.
func Binary(t testing.TB) string {
	t.Helper()
	if err := PrivateData(); err != nil {
		t.Fatal(err)
	}
	if binary := os.Getenv("AUREA_BIN"); binary != "" {
		return binary
	}
	binary, err := build()
	if err != nil {
		t.Fatal(err)
	}
	return binary
}

var listening = regexp.MustCompile(`msg=listening url=(\S+)`)

// FreeAddress returns an address of the loopback interface at which nothing
// listens.
func FreeAddress(t testing.TB) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // it does not wait
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }() // nothing was accepted
	return listener.Addr().String()
}

// Serve starts aurea serve on a free port and returns its URL and its process.
// When the test ends, Serve stops the process and waits for it.
func Serve(t testing.TB, args ...string) (url string, process *os.Process) {
	t.Helper()
	return ServeCommand(t, exec.CommandContext(context.Background(), Binary(t), append([]string{"serve"}, args...)...))
}

// ServeCommand is Serve for a given command, which has serve among its
// arguments.
func ServeCommand(t testing.TB, command *exec.Cmd) (url string, process *os.Process) {
	t.Helper()
	command.Args = slices.Insert(command.Args, slices.Index(command.Args, "serve")+1, "--listen", "127.0.0.1:0",
		"--data", t.TempDir())
	match, process := Start(t, command, listening)
	return match[1], process
}

// Start starts a command that runs until it is stopped, and returns when its
// log has a line that matches ready, with the match and its process. When the
// test ends, Start stops the process and waits for it.
func Start(t testing.TB, command *exec.Cmd, ready *regexp.Regexp) (match []string, process *os.Process) {
	t.Helper()
	name := filepath.Base(command.Path)
	stderr, err := command.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	found := make(chan []string, 1)
	drained := make(chan struct{})
	go func() {
		defer close(drained)
		lines := bufio.NewScanner(stderr)
		for lines.Scan() {
			if _, measures := t.(*testing.B); !measures {
				t.Logf("aurea: %s", lines.Text())
			}
			if match := ready.FindStringSubmatch(lines.Text()); match != nil {
				select {
				case found <- match:
				default: // it was ready before
				}
			}
		}
	}()
	t.Cleanup(func() {
		_ = command.Process.Signal(syscall.SIGTERM) // it may have exited
		kill := time.AfterFunc(30*time.Second, func() { _ = command.Process.Kill() })
		defer kill.Stop()
		<-drained
		_ = command.Wait() // tests that check the exit code wait themselves
	})
	select {
	case match = <-found:
	case <-drained:
		t.Fatalf("%s ended before its log had %s", name, ready)
	case <-time.After(30 * time.Second):
		t.Fatalf("the log of %s did not have %s within 30 s", name, ready)
	}
	return match, command.Process
}
